/**
 * Renders a plan as one C file that includes nothing: a function for each kernel, `step`, which calls them in order,
 * and `nabla_run`, which takes any number of steps. Addresses come in a context, so that the text depends on the plan
 * alone, and a library compiled from it can be kept.
 *
 * With several threads every one of them runs `step`: it takes its part of the kernels that are worth sharing, the
 * first thread alone does the others, and a barrier stands where one kernel needs what another made.
 */

import type { Buffer, Kernel, Plan } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'
import { isWorthThreads, kernelSeconds } from '../estimate.ts'
import { meetingsOf } from '../meetings.ts'
import { Code } from './code.ts'
import { type ContractContext, writeContract } from './contract.ts'
import { writeMap } from './map.ts'
import { bufferName } from './point.ts'
import { type Lanes, preamble } from './preamble.ts'
import { PHILOX_FUNCTION, writeRandom } from './random.ts'
import { reduceScratchBytes, sharesRows, writeReduce } from './reduce.ts'
import { DOT_FUNCTION, PACK_FUNCTIONS, type TileShape, writeTile } from './tile.ts'
import { contractScratch } from './tiling.ts'

/** Below this time on one thread a barrier costs more than other threads save: waking them, and cache lines that move. */
const SHARED_SECONDS = 2e-5
/** How much faster than wasm's one core's arithmetic is here: vectors are two to four times as wide. */
const ARITHMETIC_SPEEDUP = 2.4

/** Bytes of scratch that one thread needs for a plan. */
export function scratchBytes(plan: Plan, lanes: Lanes): number {
  const sizes = plan.kernels.map((kernel) => {
    if (kernel.kind === 'contract') return 4 * contractScratch(kernel, lanes).end
    return kernel.kind === 'reduce' ? reduceScratchBytes(kernel, lanes) : 0
  })
  return Math.ceil(Math.max(0, ...sizes) / 64) * 64
}

const isChecked = ({ body }: Kernel) => [...body.loads, ...body.stores].some(({ indirect }) => indirect !== undefined)

function isShared(kernel: Kernel, lanes: Lanes): boolean {
  if (kernelSeconds(kernel, ARITHMETIC_SPEEDUP) < SHARED_SECONDS || isChecked(kernel)) return false
  if (kernel.kind === 'reduce') return sharesRows(kernel, lanes)
  return !kernel.body.stores.some(({ accumulate }) => accumulate)
}

/** The pointers that a kernel uses. */
function declareBuffers(code: Code, kernel: Kernel, plan: Plan, states: readonly Buffer[]): void {
  const factors = kernel.kind === 'contract' ? [kernel.left.buffer, kernel.right.buffer] : []
  const keys = kernel.kind === 'random' ? [kernel.key] : []
  const accesses = [...kernel.body.loads, ...kernel.body.stores].map(({ buffer }) => buffer)
  for (const id of [...new Set([...accesses, ...factors, ...keys])].sort((a, b) => a - b)) {
    const buffer = known(plan.buffers[id], `buffer ${id} exists`)
    const type = buffer.dtype === 'int' ? 'int' : 'float'
    const place = buffer.role === 'state' ? `c->state[${states.indexOf(buffer)}]` : `c->arena + ${buffer.offset ?? 0}`
    code.line(`${type} *const ${bufferName(id)} = (${type} *)(${place}); /* ${comment(buffer.name)} */`)
  }
}

/** Names come from the user, and must not end a comment or a line. */
const comment = (text: string) => text.replace(/[^\w .+-]/g, '_')

function writeKernel(context: ContractContext, kernel: Kernel): void {
  if (kernel.kind === 'map') writeMap(context, kernel)
  else if (kernel.kind === 'reduce') writeReduce(context, kernel)
  else if (kernel.kind === 'contract') writeContract(context, kernel)
  else writeRandom(context, kernel)
}

/** The functions of all kernels, after the tiles that they share. */
function renderKernels(plan: Plan, lanes: Lanes): string {
  const code = new Code()
  const tiles = new Map<string, string>()
  const texts: string[] = []
  const tile = (shape: TileShape) => {
    const key = JSON.stringify(shape)
    const name = tiles.get(key) ?? `tile${tiles.size}`
    if (!tiles.has(key)) texts.push(writeTile(name, shape, lanes))
    tiles.set(key, name)
    return name
  }
  const states = plan.buffers.filter(({ role }) => role === 'state')
  plan.kernels.forEach((kernel, i) => {
    const { kind, name, fused, domain } = kernel
    code.line('', `/* ${kind} ${comment(name)} [${domain.join(', ')}]: ${fused.map(comment).join(', ')} */`)
    code.block(`static void kernel${i}(Context *c, long t, long T)`, () => {
      declareBuffers(code, kernel, plan, states)
      writeKernel({ code, lanes, tile }, kernel)
    })
  })
  return `${texts.join('\n')}${code}`
}

/** Shared kernels, and runs of others that the first thread does alone, in order, with the barriers that they need. */
function renderStep(plan: Plan, lanes: Lanes): { text: string; shared: boolean } {
  const code = new Code()
  const could = plan.kernels.filter((kernel) => isShared(kernel, lanes))
  const worth = isWorthThreads(could, SHARED_SECONDS, ARITHMETIC_SPEEDUP)
  const shared = plan.kernels.map((kernel) => worth && could.includes(kernel))
  const isAny = shared.includes(true)
  const meetings = meetingsOf(plan, shared)
  const meet = () => {
    if (isAny) code.line('if (T > 1) c->barrier(T);')
  }
  const alone = (first: number, kernels: readonly Kernel[]) =>
    code.block(
      isAny ? 'if (t == 0) do' : 'do',
      () => {
        kernels.forEach((kernel, i) => {
          code.line(`kernel${first + i}(c, 0, 1);${isChecked(kernel) ? ' if (c->bad) break;' : ''}`)
        })
      },
      '} while (0);',
    )
  code.block('static void step(Context *c, long t, long T)', () => {
    let at = 0
    while (at < plan.kernels.length) {
      if (meetings[at]) meet()
      if (shared[at]) {
        code.line(`kernel${at++}(c, t, T);`)
        continue
      }
      const next = plan.kernels.findIndex((_, i) => i > at && (shared[i] === true || meetings[i] === true))
      const end = next < 0 ? plan.kernels.length : next
      const kernels = plan.kernels.slice(at, end)
      alone(at, kernels)
      // An index out of range ends the step for all threads at the same place.
      if (kernels.some(isChecked)) {
        meet()
        code.line('if (c->bad) return;')
      }
      at = end
    }
    meet()
  })
  return { text: code.toString(), shared: isAny }
}

export interface RenderOptions {
  /** Floats in a vector register of the machine: 16 with AVX-512, 8 with AVX2, else 4. */
  readonly lanes?: Lanes
}

/** The C text of a plan. */
export function renderC(plan: Plan, { lanes = 16 }: RenderOptions = {}): string {
  const kernels = renderKernels(plan, lanes)
  const step = renderStep(plan, lanes)
  const calls = (name: string) => kernels.includes(`${name}(`)
  const together = `if (c->threads > 1) c->together(work, c, c->threads);\n  else work(c, 0, 1);`
  return `${preamble(lanes)}
INLINE float *scratchOf(Context *c, long t) { return (float *)(c->scratch + t * ${scratchBytes(plan, lanes)}); }
${calls('uniforms') ? PHILOX_FUNCTION : ''}${calls('pack') ? PACK_FUNCTIONS : ''}${calls('dot') || calls('dots') ? DOT_FUNCTION : ''}
${kernels}
${step.text}
static void work(Context *c, long t, long T) {
  for (long n = 0; n < c->steps && !c->bad; n++) {
    if (c->feedCount > 0) {
      for (long f = 0; t == 0 && f < c->feedCount; f++) {
        const Feed feed = c->feeds[f];
        __builtin_memcpy(feed.to, feed.from + n * feed.bytes, feed.bytes);
      }
      if (T > 1) c->barrier(T);
    }
    step(c, t, T);
  }
}

/* Takes the steps; 1 after an index out of range, else 0. */
int nabla_run(Context *c, long steps) {
  c->bad = 0;
  c->steps = steps;
  ${step.shared ? together : 'work(c, 0, 1);'}
  return (int)c->bad;
}

/* Puts an address into the context. */
void nabla_bind(void **context, int slot, void *address) { context[slot] = address; }
`
}

/** Words of the context before the states' addresses, as the head of the file declares them. */
export const CONTEXT = {
  arena: 0,
  scratch: 1,
  together: 2,
  barrier: 3,
  threads: 4,
  badIndex: 7,
  badExtent: 8,
  feedCount: 9,
  feeds: 10,
  states: 11,
}
