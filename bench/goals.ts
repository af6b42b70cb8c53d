/** What nabla must reach, and whether the figures say that it does. Enters: what was measured; leaves: one line a case. */

import { isBusy, type Machine } from './machine.ts'
import { type ContestResult, fastest, type ItemResult, type Measurement } from './measurement.ts'
import { ratioByRound, type Summary, summarise } from './statistics.ts'
import { NETWORKS, nameOf } from './work.ts'

/**
 * met, not met: with both quartiles. open: the quartiles lie on both sides of what is needed. not measured: somebody
 * did not take part, or computed something else.
 */
export type Verdict = 'met' | 'not met' | 'open' | 'not measured'

/** The best thread setting of these families, or one setting. */
interface Side {
  readonly families: readonly string[]
  readonly threads?: number
}

interface Goal {
  readonly claim: string
  readonly item: string
  /** Which contests of the item are its cases. */
  readonly applies: (title: string) => boolean
  readonly ours: Side
  /** times faster: their time over ours. share of the time: ours over theirs. seconds: ours. */
  readonly measure: 'times faster' | 'share of the time' | 'seconds'
  readonly rival?: Side
  readonly needed: number
}

export interface GoalResult {
  readonly claim: string
  readonly work: string
  readonly measure: Goal['measure']
  readonly needed: number
  /** Whose figures: "nabla wasm 2t to PyTorch 1t". */
  readonly who: string
  readonly value?: Summary
  /** The same of processor time, where both have one thread. */
  readonly cpu?: Summary
  readonly verdict: Verdict
  /** Whether others kept the machine busy meanwhile: then the verdict is of them too. */
  readonly busy: boolean
}

const [WASM, NATIVE] = [{ families: ['nabla wasm'] }, { families: ['nabla native'] }]
const PYTORCH = { families: ['PyTorch'] }
const OPENBLAS = { families: ['NumPy', 'PyTorch'] }
const [TINY, MIDDLE, LARGE] = NETWORKS.map(nameOf)
const isStep = (optimizer?: string) => (title: string) =>
  NETWORKS.some((size) => title === `${nameOf(size)}, sgd` || title === `${nameOf(size)}, adam`) &&
  (optimizer === undefined || title.endsWith(`, ${optimizer}`))
const begins = (name: string | undefined) => (title: string) => isStep()(title) && title.startsWith(`${name},`)

/** From the issue that asks for them; its order. */
export const GOALS: readonly Goal[] = [
  {
    claim: 'wasm 10 times faster than TensorFlow.js wasm',
    item: 'steps',
    applies: isStep(),
    ours: WASM,
    measure: 'times faster',
    rival: { families: ['TensorFlow.js wasm'] },
    needed: 10,
  },
  {
    claim: 'wasm 3 times faster than jax-js',
    item: 'steps',
    applies: isStep(),
    ours: WASM,
    measure: 'times faster',
    rival: { families: ['jax-js'] },
    needed: 3,
  },
  {
    claim: 'wasm no slower than PyTorch',
    item: 'steps',
    applies: begins(MIDDLE),
    ours: WASM,
    measure: 'times faster',
    rival: PYTORCH,
    needed: 1,
  },
  {
    claim: 'native 1.5 times faster than PyTorch with SGD',
    item: 'steps',
    applies: isStep('sgd'),
    ours: NATIVE,
    measure: 'times faster',
    rival: PYTORCH,
    needed: 1.5,
  },
  {
    claim: 'native twice as fast as PyTorch with Adam',
    item: 'steps',
    applies: isStep('adam'),
    ours: NATIVE,
    measure: 'times faster',
    rival: PYTORCH,
    needed: 2,
  },
  {
    claim: 'native a product at 85 % of OpenBLAS',
    item: 'product',
    applies: () => true,
    ours: NATIVE,
    measure: 'times faster',
    rival: OPENBLAS,
    needed: 0.85,
  },
  {
    claim: 'wasm at most 1 µs a step, many in a call',
    item: 'steps',
    applies: (title) => title.startsWith(`${TINY},`) && title.endsWith('steps a call'),
    ours: WASM,
    measure: 'seconds',
    needed: 1e-6,
  },
  {
    claim: 'native an epoch of MNIST in 0.6 of PyTorch’s time',
    item: 'epoch',
    applies: () => true,
    ours: NATIVE,
    measure: 'share of the time',
    rival: PYTORCH,
    needed: 0.6,
  },
  {
    claim: 'wasm with two threads an epoch of MNIST in PyTorch’s time',
    item: 'epoch',
    applies: () => true,
    ours: { ...WASM, threads: 2 },
    measure: 'share of the time',
    rival: PYTORCH,
    needed: 1,
  },
  ...[WASM, NATIVE].map(
    (backend): Goal => ({
      claim: `${backend.families[0]}: two threads 1.7 times faster than one`,
      item: 'steps',
      applies: begins(LARGE),
      ours: { ...backend, threads: 2 },
      measure: 'times faster',
      rival: { ...backend, threads: 1 },
      needed: 1.7,
    }),
  ),
  ...[WASM, NATIVE].map(
    (backend): Goal => ({
      claim: `${backend.families[0]}: import to first step in under 100 ms`,
      item: 'startup',
      applies: () => true,
      ours: backend,
      measure: 'seconds',
      needed: 0.1,
    }),
  ),
]

/** The goals whose items were measured. */
export function judgeGoals(items: readonly ItemResult[], machine: Pick<Machine, 'cores'>): GoalResult[] {
  return GOALS.flatMap((goal) => {
    const contests = items.filter(({ item }) => item === goal.item).flatMap((item) => item.contests)
    return contests
      .filter(({ title }) => goal.applies(title))
      .map((contest) => {
        return { ...judge(goal, contest), busy: isBusy(contest.othersCores, machine) }
      })
  })
}

function judge(goal: Goal, { title, measurements }: ContestResult): Omit<GoalResult, 'busy'> {
  const ours = pick(measurements, goal.ours)
  const rival = goal.rival === undefined ? undefined : pick(measurements, goal.rival)
  const { claim, measure, needed } = goal
  const who = [ours ?? goal.ours, ...(goal.rival === undefined ? [] : [rival ?? goal.rival])]
    .map(nameOfPick)
    .join(' to ')
  const result = { claim, work: title, measure, needed, who }
  const value = ours === undefined ? undefined : compare(measure, ours.rounds, rival?.rounds)
  if (value === undefined) return { ...result, verdict: 'not measured' }
  const oneThread = ours?.threads === 1 && rival?.threads === 1
  const cpu = oneThread ? compare(measure, ours.cpuRounds ?? [], rival.cpuRounds) : undefined
  return { ...result, value, ...(cpu === undefined ? {} : { cpu }), verdict: verdictOf(goal, value) }
}

const nameOfPick = (chosen: Measurement | Side) =>
  'contestant' in chosen
    ? chosen.contestant
    : `${chosen.families.join(' or ')}${chosen.threads === undefined ? '' : ` ${chosen.threads}t`}`

/** Whoever computed something else does not count. */
function pick(measurements: readonly Measurement[], { families, threads }: Side): Measurement | undefined {
  return fastest(
    measurements.filter(
      (each) => each.agrees && families.includes(each.family) && (threads === undefined || each.threads === threads),
    ),
  )
}

function compare(
  measure: Goal['measure'],
  ours: readonly number[],
  rival: readonly number[] | undefined,
): Summary | undefined {
  if (ours.length === 0 || rival?.length === 0) return undefined
  if (measure === 'seconds') return summarise(ours)
  if (rival === undefined) return undefined
  return measure === 'times faster' ? ratioByRound(rival, ours) : ratioByRound(ours, rival)
}

function verdictOf({ measure, needed }: Goal, { low, high }: Summary): Verdict {
  const reached = (value: number) => (measure === 'times faster' ? value >= needed : value <= needed)
  if (reached(low) === reached(high)) return reached(low) ? 'met' : 'not met'
  return 'open'
}
