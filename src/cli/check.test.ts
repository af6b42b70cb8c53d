import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { main } from './main.ts'
import { recordingIo } from './recording-io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-check-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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

  it('writes the report as a page, with the true backward pass beside the script’s', async () => {
    const page = join(folder, 'report.html')
    const { code, stdout } = await runCli(['check', fixture('missing-m.py'), '--explain', '--html', page])
    expect(code).toBe(1)
    expect(stdout).toContain("∂cost/∂p['W2'] = ∂cost/∂Z2 @ A1.T")
    expect(stdout).toContain('∂cost/∂Z2 = ∂cost/∂AL * AL * (1 - AL)')
    expect(stdout).toContain('∂cost/∂Z1 = ∂cost/∂A1 * (Z1 > 0)')
    expect(stdout).toMatch(/≈ line 31: .*\(10 times it\)/)
    const written = readFileSync(page, 'utf8')
    expect(written).toContain('<h1>✗ The backward pass is wrong</h1>')
    expect(written).toContain('∂cost/∂Z1 = ∂cost/∂A1 * (Z1 &gt; 0)')
  })

  it('runs the repaired script beside the original, in a copy', async () => {
    const place = join(folder, 'place')
    mkdirSync(place)
    const script = readFileSync(fixture('missing-m.py'), 'utf8').replace('range(2000)', 'range(300)')
    writeFileSync(join(place, 'net.py'), `open("seen.txt", "a").write("x")\n${script}`)
    const { stdout } = await runCli(['check', join(place, 'net.py'), '--verify', '--json'])
    const { course, findings } = JSON.parse(stdout)
    expect(findings).toMatchObject([{ line: 32 }])
    expect(course.steps).toEqual([1, 10, 100, 300])
    expect(course.repaired[0]).toBe(course.original[0])
    expect(course.repaired[3]).not.toBe(course.original[3])
    expect(course.repaired[3]).toBeLessThan(course.repaired[0])
  })

  it('refuses a page that would take the place of a script, and one that can’t be written', async () => {
    expect(await runCli(['check', fixture('missing-m.py'), '--html', fixture('missing-m.py')])).toMatchObject({
      code: 2,
    })
    const nowhere = join(folder, 'no', 'such', 'report.html')
    expect(await runCli(['check', fixture('syntax.py'), '--html', nowhere])).toMatchObject({ code: 2 })
  })

  it('stops the script when it is interrupted', async () => {
    const path = join(folder, 'endless.py')
    writeFileSync(path, 'while True:\n    pass\n')
    const recorded = recordingIo()
    const code = main(['check', path], recorded.io)
    setTimeout(() => recorded.interrupt(), 700)
    expect(await code).toBe(130)
    expect(recorded.stderr()).toContain('interrupted')
  })
})
