import { describe, expect, it } from 'vitest'
import { GOALS, judgeGoals } from './goals.ts'
import { type ContestResult, type ItemResult, type Measurement, makeMeasurement } from './measurement.ts'
import { NETWORKS, nameOf } from './work.ts'

function measured(family: string, threads: number, rounds: number[], rest: Partial<Measurement> = {}): Measurement {
  const identity = { name: `${family} ${threads}t`, family, threads, peer: !family.startsWith('nabla') }
  const times = { identity, description: '', rounds, cpuRounds: rounds.map((seconds) => seconds / 2) }
  return { ...makeMeasurement(times, times, 0, {}), ...rest }
}

function contest(title: string, measurements: Measurement[]): ContestResult {
  const work = { kind: 'product', rows: 1, inner: 1, columns: 1 } as const
  return { title, work, flops: 1, measurements, absent: [] }
}

const goalsOf = (item: string, ...contests: ContestResult[]) =>
  judgeGoals([{ item, contests }] as ItemResult[], { cores: 2 })
const middle = nameOf(NETWORKS[1] as (typeof NETWORKS)[number])

describe('goals', () => {
  it('compare the best thread setting of each, round by round', () => {
    const title = `${middle}, sgd`
    const ours = [measured('nabla wasm', 1, [3, 6, 3]), measured('nabla wasm', 2, [2, 4, 2])]
    const theirs = [measured('PyTorch', 1, [3, 6, 3]), measured('PyTorch', 2, [9, 9, 9])]
    const goal = goalsOf('steps', contest(title, [...ours, ...theirs])).find(({ claim }) => claim.includes('no slower'))
    expect(goal).toMatchObject({ who: 'nabla wasm 2t to PyTorch 1t', verdict: 'met', value: { median: 1.5, low: 1.5 } })
    // Two threads against one: processor times say nothing.
    expect(goal?.cpu).toBeUndefined()
  })

  it.each([
    [[0.59, 0.5, 0.58], 'met'],
    [[0.59, 0.5, 0.9], 'open'],
    [[0.7, 0.8, 0.9], 'not met'],
  ])('of a share of %j are %s', (rounds, verdict) => {
    const result = goalsOf(
      'epoch',
      contest('an epoch', [measured('nabla native', 1, rounds as number[]), measured('PyTorch', 1, [1, 1, 1])]),
    )
    expect(result[0]).toMatchObject({ needed: 0.6, verdict, cpu: { count: 3 } })
  })

  it('are not met by somebody who computes something else, nor by nobody', () => {
    const wrong = measured('nabla native', 1, [0.001], { agrees: false })
    const [goal] = goalsOf('epoch', contest('an epoch', [wrong, measured('PyTorch', 1, [1])]))
    expect(goal).toMatchObject({ verdict: 'not measured', who: 'nabla native to PyTorch 1t' })
    expect(goal?.value).toBeUndefined()
  })

  it('in seconds need no rival', () => {
    const found = goalsOf('startup', contest('import', [measured('nabla wasm', 1, [0.08, 0.09, 0.07])]))
    expect(found.map(({ verdict }) => verdict)).toEqual(['met', 'not measured'])
  })

  it('say that others disturbed them', () => {
    const disturbed = (othersCores: number) => ({ ...contest('import', [measured('nabla wasm', 1, [1])]), othersCores })
    expect(goalsOf('startup', disturbed(1.5), disturbed(0.5)).map(({ busy }) => busy)).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  it('each have a case in the items they name', () => {
    const [tiny] = NETWORKS
    const titles = NETWORKS.flatMap((size) => ['sgd', 'adam'].map((optimizer) => `${nameOf(size)}, ${optimizer}`))
    titles.push(`${nameOf(tiny as (typeof NETWORKS)[number])}, sgd, 1000 steps a call`)
    for (const goal of GOALS) expect(titles.some(goal.applies), goal.claim).toBe(true)
    const tensorflow = GOALS.find(({ claim }) => claim.includes('TensorFlow'))
    expect(titles.filter((title) => tensorflow?.applies(title))).toHaveLength(8)
  })
})
