/**
 * The threads of a process, in C: made when they are first needed and kept. A caller runs its work with as many of
 * them as it asks for, itself the first; a second caller at the same time works alone, which gives the same bits,
 * since no result depends on who computes it. Whoever waits spins briefly, for steps follow each other closely, and
 * then sleeps, so that an idle program costs nothing.
 */

/** How often a waiting thread looks before it sleeps: 30 to 100 µs, as long as the machine's pause is. */
const SPINS = 2000

export const POOL_SOURCE = `#include <pthread.h>
#include <stdatomic.h>

#define MOST 256
#define SPINS ${SPINS}

typedef struct Context Context;
typedef void (*Work)(Context *, long, long);

static pthread_mutex_t callers = PTHREAD_MUTEX_INITIALIZER; /* held by the one caller whose work is being done */
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static atomic_long sleepers;
static long started = 1; /* threads there are, the caller among them */
static long first_seen[MOST]; /* the count of jobs when a thread was made */

static _Alignas(64) atomic_long job;      /* counts the jobs */
static _Alignas(64) atomic_long arrived;  /* at the barrier */
static _Alignas(64) atomic_long passed;   /* counts the barriers */
static _Alignas(64) atomic_long finished; /* workers done with the job */
static Work job_work;
static Context *job_context;
static long job_threads;

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Returns when *counter is no longer seen. */
static void await(atomic_long *counter, long seen) {
  for (long spin = 0; spin < SPINS; spin++) {
    if (atomic_load_explicit(counter, memory_order_acquire) != seen) return;
    pause_briefly();
  }
  pthread_mutex_lock(&sleep_lock);
  atomic_fetch_add(&sleepers, 1);
  while (atomic_load(counter) == seen) pthread_cond_wait(&wake, &sleep_lock);
  atomic_fetch_sub(&sleepers, 1);
  pthread_mutex_unlock(&sleep_lock);
}

/* Adds 1, and wakes whoever sleeps. */
static void advance(atomic_long *counter) {
  atomic_fetch_add(counter, 1);
  if (atomic_load(&sleepers) == 0) return;
  pthread_mutex_lock(&sleep_lock);
  pthread_cond_broadcast(&wake);
  pthread_mutex_unlock(&sleep_lock);
}

static void barrier(long threads) {
  const long seen = atomic_load_explicit(&passed, memory_order_acquire);
  if (atomic_fetch_add(&arrived, 1) == threads - 1) {
    atomic_store(&arrived, 0);
    advance(&passed);
  } else {
    await(&passed, seen);
  }
}

static void *worker(void *argument) {
  const long own = (long)argument;
  long seen = first_seen[own];
  for (;;) {
    await(&job, seen);
    seen = atomic_load(&job);
    if (own < job_threads) job_work(job_context, own, job_threads);
    advance(&finished);
  }
  return 0;
}

/* Starts threads until there are as many as asked for; says how many there are. */
static long provide(long threads) {
  if (threads > MOST) threads = MOST;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  while (started < threads) {
    pthread_t thread;
    first_seen[started] = atomic_load(&job);
    if (pthread_create(&thread, &attributes, worker, (void *)started) != 0) break;
    pthread_detach(thread);
    started++;
  }
  pthread_attr_destroy(&attributes);
  return started < threads ? started : threads;
}

static void together(Work work, Context *context, long threads) {
  if (pthread_mutex_trylock(&callers) != 0) {
    work(context, 0, 1);
    return;
  }
  threads = provide(threads);
  if (threads == 1) {
    work(context, 0, 1);
  } else {
    job_work = work;
    job_context = context;
    job_threads = threads;
    atomic_store(&finished, 0);
    advance(&job);
    work(context, 0, threads);
    for (;;) {
      const long done = atomic_load(&finished);
      if (done == started - 1) break;
      await(&finished, done);
    }
  }
  pthread_mutex_unlock(&callers);
}

/* Puts the pool's functions into a context. */
void nabla_pool(void **context, int together_slot, int barrier_slot) {
  context[together_slot] = (void *)together;
  context[barrier_slot] = (void *)barrier;
}
`
