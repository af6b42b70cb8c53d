/** All evidence in; the report, out. */

import { formatCount, NablaError } from '../../shared/index.ts'
import type { Setting } from './differences.ts'
import type { Evidence } from './evidence.ts'
import { accumulatedFinding, findingOf, grouped, listed, nameOf, placeAmong } from './findings.ts'
import type { GradientSource } from './gradient-source.ts'
import { type Context, type Judgement, judge, referenceNote } from './judge.ts'
import { type Located, locate, nothingMoves } from './locate.ts'
import type { Subject } from './subject.ts'
import type { BackwardFinding, BackwardReport, GradientReport } from './types.ts'

export interface Examined {
  /** Stands at the present values. */
  readonly subject: Subject
  readonly setting: Setting
  readonly source: GradientSource
  readonly all: readonly Evidence[]
  readonly context: Context
  readonly notes: readonly string[]
  readonly points: number
  /** Elements compared, of all parameters together. */
  readonly samples: number
}

export function reportOf({ subject, setting, source, all, context, notes, points, samples }: Examined): BackwardReport {
  if (nothingMoves(all)) {
    throw new NablaError({
      code: 'E-GRADIENT',
      where: 'forward(), the loss',
      expected: 'a loss that depends on the parameters',
      received: 'the same loss wherever they are moved',
      fix: 'let forward() read the very arrays that are given as parameters, at each call, and no copies; or the network is dead here (ReLU, zero weights): check at other values.',
    })
  }
  const judged = judge(all, context)
  const { judgements, reference } = judged
  const parameters = judgements.filter(({ evidence }) => evidence.target.role === 'parameter')
  const probed = judgements.some(({ evidence }) => evidence.target.role === 'intermediate')
  const remarks = [...notes]
  let faults: Located[]
  if (probed) {
    const located = locate(setting, source, all, judged, context, samples)
    faults = [...located.faults]
    if (located.consequences.length > 0) {
      const why =
        located.blind === null
          ? 'right once the true gradient stands there'
          : `not told apart, since ${located.blind} is large: fewer samples in the batch would tell`
      remarks.push(
        `${listed(located.consequences)} ${located.consequences.length > 1 ? 'follow' : 'follows'} from that: ${why}`,
      )
    }
  } else {
    const wrong = parameters.filter(({ status }) => status === 'wrong')
    const nearestFirst = grouped(wrong).sort((a, b) => last(b, parameters) - last(a, parameters))
    faults = nearestFirst.map((group) => ({ wrong: group, where: placeAmong(group, parameters) }))
  }
  const findings = faults.map(({ wrong, where }) => withStale(findingOf(wrong, where), source.changed))
  if (source.accumulated.length > 0) findings.unshift(accumulatedFinding(source.accumulated))
  if (reference !== 1 && parameters.some(({ status }) => status === 'right')) {
    remarks.push(referenceNote(reference, context.sizes, parameters.length === 1))
  }
  const turned = parameters.filter(({ relation, ratio }) => relation?.kind === 'sign' && ratio !== null)
  if (parameters.length > 0 && turned.length === parameters.length) {
    remarks.push('if the update adds the gradients, where it usually subtracts them, the signs are right as they are')
  }
  remarks.push(...omissions(judgements))
  const checked = parameters.some(({ status }) => status !== 'not checked')
  return {
    schema: 'nabla.backward/1',
    verdict: findings.length > 0 ? 'faulty' : checked ? 'clean' : 'unsupported',
    findings,
    notes: remarks,
    gradients: judgements.map((judgement) => {
      const located = faults.flatMap(({ wrong }) => wrong).find((one) => nameOf(one) === nameOf(judgement))
      const relation = located?.relation ?? judgement.relation
      return gradientReport({ ...judgement, relation }, source.accumulated)
    }),
    loss: setting.loss,
    points,
    evaluations: subject.evaluations,
  }
}

const last = (group: readonly Judgement[], order: readonly Judgement[]) =>
  Math.max(...group.map((one) => order.indexOf(one)))

/** Weights that were updated too early are a cause where nothing else explains what is wrong. */
function withStale(finding: BackwardFinding, changed: readonly string[]): BackwardFinding {
  if (changed.length === 0 || !['wrong', 'missing factor'].includes(finding.kind)) return finding
  const stale = `backward() changes ${listed(changed)} before it returns: what it computes after that is of updated weights`
  return { ...finding, evidence: [...finding.evidence, stale] }
}

function gradientReport(judgement: Judgement, accumulated: readonly string[]): GradientReport {
  const { evidence, status, ratio, relativeError, relation } = judgement
  const { target, points } = evidence
  const sum = accumulated.includes(target.name)
  const plain = status !== 'right' ? null : ratio === null || Math.abs(ratio - 1) < 1e-3 ? 'right' : 'scale'
  return {
    name: target.name,
    role: target.role,
    shape: target.shape,
    status: sum ? 'wrong' : status,
    relation: sum ? 'accumulated' : (relation?.kind ?? plain),
    relativeError: Number.isNaN(relativeError) ? null : relativeError,
    ratio,
    elements: target.size,
    compared: points[0]?.indices.length ?? 0,
    directions: points.reduce((count, point) => count + point.directions.length, 0),
    kinks: points[0]?.truths.filter(({ smooth }) => !smooth).length ?? 0,
  }
}

function omissions(judgements: readonly Judgement[]): string[] {
  const notes: string[] = []
  const flat: string[] = []
  for (const judgement of judgements) {
    const { evidence, status, ratio } = judgement
    const name = nameOf(judgement)
    const first = evidence.points[0]
    const kinks = first?.truths.filter(({ smooth }) => !smooth).length ?? 0
    if (status === 'not checked') {
      notes.push(`nothing can be said of ${name}: the loss has a kink, or is not finite, beside all elements compared`)
    } else if (kinks > 0) {
      const many = kinks > 1 ? 'elements' : 'element'
      notes.push(
        `${formatCount(kinks)} ${many} of ${name} left out: the loss has a kink there (ReLU at 0, a maximum that is shared), or is not finite beside it`,
      )
    }
    if (status === 'right' && ratio === null) flat.push(name)
  }
  if (flat.length > 0) {
    const many = flat.length > 1
    notes.push(
      `the loss does not depend on ${listed(flat)} here, and ${many ? 'their gradients are' : 'its gradient is'} zero, as ${many ? 'they' : 'it'} should be`,
    )
  }
  return notes
}
