import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { main } from './main.ts'
import { recordingIo } from './recording-io.fixture.ts'

async function runCli(args: readonly string[]) {
  const recorded = recordingIo()
  const code = await main(args, recorded.io)
  return { code, stdout: recorded.stdout(), stderr: recorded.stderr() }
}

const fixture = (name: string) => fileURLToPath(new URL(`../diagnosis/check/fixtures/${name}`, import.meta.url))

describe('nabla check', () => {
  it('names the line, shows it, and gives the fix', async () => {
    const { code, stdout } = await runCli(['check', fixture('missing-m.py')])
    expect(code).toBe(1)
    expect(stdout).toContain('lacks the division by m')
    expect(stdout).toContain('❯ 31 │     grads["dW1"] = np.dot(dZ1, X.T)')
    expect(stdout).toContain('+ grads["dW1"] = np.dot(dZ1, X.T) / m')
  })

  it('gives one JSON document', async () => {
    const { code, stdout } = await runCli(['check', fixture('missing-m.py'), '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'nabla.check/1', verdict: 'faulty', findings: [{ line: 31 }] })
  })

  it('says what it cannot analyse, and what it cannot read', async () => {
    expect(await runCli(['check', fixture('syntax.py')])).toMatchObject({ code: 3 })
    expect((await runCli(['check', 'nowhere.py'])).code).toBe(2)
    expect(await runCli(['check', fixture('missing-m.py'), '--timeout', 'soon'])).toMatchObject({ code: 2 })
  })
})
