/**
 * Right scripts as people post them, and faults as people make them, both written without knowledge of the engine:
 * what `nabla check` says of scripts that it was not built on. Lines alone are judged; a fault is told in free words.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { check } from 'nabla/node'
import { inParallel } from './cases.ts'

interface Fault {
  readonly script: string
  /** In a few words. */
  readonly fault: string
  /** Lines of the faulty script that a reader would point at. */
  readonly lines: readonly number[]
  /** Lines of the right script, from and to (from 1; none where the second is smaller), and what takes their place. */
  readonly edits: readonly (readonly [from: number, to: number, lines: readonly string[]])[]
}

const FOLDER = join(process.cwd(), 'bench/check')
const sourceOf = (script: string) => readFileSync(join(FOLDER, 'posted', `${script}.py`), 'utf8')

function faultySource({ script, edits }: Fault): string {
  const lines = sourceOf(script).split('\n')
  for (const [from, to, instead] of [...edits].reverse()) lines.splice(from - 1, to - from + 1, ...instead)
  return lines.join('\n')
}

/** Checks them all, in `folder`, and prints what was missed and how many. */
export async function benchPosted(python: string, folder: string, wanted?: readonly string[]): Promise<void> {
  const all = JSON.parse(readFileSync(join(FOLDER, 'posted.json'), 'utf8')) as Fault[]
  const faults = all.filter((f) => wanted === undefined || wanted.includes(f.script))
  const scripts = [...new Set(faults.map((f) => f.script))]
  const cases = [...scripts.map((script) => ({ script, fault: undefined })), ...faults.map((f) => ({ ...f, fault: f }))]
  const times: number[] = []
  const count = { alarms: 0, refused: 0, named: 0, clean: 0 }
  await inParallel(cases, 2, async ({ script, fault }, index) => {
    const path = join(folder, `${script}-${index}.py`)
    writeFileSync(path, fault === undefined ? sourceOf(script) : faultySource(fault))
    const { verdict, findings, reason, elapsedMs } = await check(path, { timeoutSeconds: 60, python })
    times.push(elapsedMs)
    const said = findings.map((f) => `${f.line}:${f.kind}`).join(' ') || `${verdict} ${reason ?? ''}`
    if (fault === undefined) {
      if (verdict === 'faulty') count.alarms++
      if (verdict === 'unsupported') count.refused++
      if (verdict !== 'clean') console.log(`${verdict}, and right: ${script} => ${said} (${elapsedMs} ms)`)
      return
    }
    const isNamed = findings.some((f) => fault.lines.some((line) => f.line <= line && line <= f.endLine))
    if (isNamed) count.named++
    else console.log(`${script} [${fault.fault}] line ${fault.lines.join(', ')} => ${said} (${elapsedMs} ms)`)
    if (verdict === 'clean') count.clean++
  })
  times.sort((a, b) => a - b)
  const seconds = (share: number) => ((times[Math.floor(times.length * share)] ?? 0) / 1000).toFixed(1)
  console.log(
    `posted: of ${scripts.length} right scripts ${count.alarms} called faulty, ${count.refused} not analysed; of ${faults.length} faults ${count.named} named at their line, ${count.clean} called clean; median ${seconds(0.5)} s, 90 % within ${seconds(0.9)} s`,
  )
}
