import { describe, expect, it } from 'vitest'
import { checkOnly, readArguments, UsageError } from './arguments.ts'

const items = ['steps', 'widths', 'epoch']
const read = (...args: string[]) => readArguments(args, items)

describe('the benchmark’s command line', () => {
  it('measures steps of nabla alone where nothing is said', () => {
    expect(read()).toMatchObject({ items: ['steps'], only: [], peers: false, quick: false, help: false, rounds: 9 })
  })

  it('takes items by name, in their own order', () => {
    expect(read('epoch', 'steps').items).toEqual(['steps', 'epoch'])
    expect(read('--all').items).toEqual(items)
  })

  it('splits names of contestants at commas', () => {
    expect(read('--only', 'nabla,torch', '--only', 'numpy').only).toEqual(['nabla', 'torch', 'numpy'])
  })

  it('makes rounds fewer and shorter for --quick, and never fewer than five', () => {
    expect(read('--quick').rounds).toBe(5)
    expect(read('--quick').chunkMs).toBeLessThan(read().chunkMs)
    expect(read('--quick', '--rounds', '20').rounds).toBe(20)
  })

  it.each([
    [['--rounds', '4']],
    [['--rounds', '5.5']],
    [['--rounds', 'x']],
    [['nonsense']],
    [['--nonsense']],
    [['--json']],
    [['--all', 'nonsense']],
    [['--from', 'a.json', 'steps']],
  ])('refuses %j', (args) => {
    expect(() => read(...args)).toThrow(UsageError)
  })

  it('names the items to choose from, and what was meant', () => {
    expect(() => read('step')).toThrow('There is no item "step". Did you mean "steps"? Items: steps, widths, epoch.')
    expect(() => read('--quik')).toThrow('There is no option "--quik". Did you mean "--quick"?')
  })

  it('knows who there is', () => {
    const names = ['nabla wasm 1t', 'PyTorch 1t']
    expect(() => checkOnly(['nabla', 'PyTorch 1t'], names)).not.toThrow()
    expect(() => checkOnly(['pytorch 1t'], names)).toThrow('Did you mean "PyTorch 1t"?')
  })
})
