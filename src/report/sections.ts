/** The parts of a report that are lists and tables: mistakes, layers, configuration. */

import type { Json } from '../network/index.ts'
import { formatCount, formatNumber, formatPercent } from '../shared/index.ts'
import { type Html, html } from './html.ts'
import type { EvaluationRecord, LayerRow, ShownMistake } from './run-record.ts'

export function renderMistakes({ mistakes, confusion }: EvaluationRecord): Html {
  const isWide = mistakes.some(({ picture }) => picture === undefined)
  return html`<ul class="mistakes${isWide ? ' wide' : ''}">${mistakes.map((each) => mistakeItem(each, confusion !== undefined))}</ul>`
}

function mistakeItem(
  { index, target, answer, score, picture, features, featureCount = 0 }: ShownMistake,
  isClass: boolean,
): Html {
  const said = isClass ? 'answered' : 'predicted'
  const how = isClass ? `${formatPercent(score)} sure` : `off by ${formatNumber(score)}`
  const words = html`<p>Sample ${formatCount(index)}</p><p>${said} <strong><bdi>${answer}</bdi></strong>, ${how}</p><p>${isClass ? 'is' : 'should be'} <strong><bdi>${target}</bdi></strong></p>`
  if (picture !== undefined) {
    return html`<li><img src="${picture}" alt="The picture of sample ${index}">${words}</li>
`
  }
  const rows = features?.map(
    ({ name, value }) => html`<tr><th scope="row">${name}</th><td class="number">${formatNumber(value)}</td></tr>`,
  )
  const hidden = featureCount - (features?.length ?? 0)
  const caption = hidden > 0 ? `The first ${features?.length} of ${formatCount(featureCount)} features` : 'Features'
  return html`<li>${words}${rows && html`<table class="words"><caption>${caption}</caption><tbody>${rows}</tbody></table>`}</li>
`
}

export function renderLayers(layers: readonly LayerRow[]): Html {
  const total = layers.reduce((sum, { parameters = 0 }) => sum + parameters, 0)
  const rows = layers.map(
    ({ name, kind, options, outputShape, parameters }) =>
      html`<tr><th scope="row">${name}</th><td>${kind}</td><td>${options}</td><td>${outputShape === undefined ? 'not known here' : outputShape.join(' × ') || '1'}</td><td class="number">${parameters === undefined ? 'not known here' : formatCount(parameters)}</td></tr>
`,
  )
  return html`<div class="scroll" role="region" aria-labelledby="layers-caption" tabindex="0"><table class="words"><caption id="layers-caption">${layers.length} ${layers.length === 1 ? 'layer' : 'layers'} with ${formatCount(total)} parameters</caption>
<thead><tr><th scope="col">layer</th><th scope="col">kind</th><th scope="col">options</th><th scope="col">output</th><th scope="col">parameters</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

const MOST_ENTRIES = 200
const MOST_LETTERS = 200

/** Every field with its path: "settings.epochs". */
export function renderConfig(config: { readonly [name: string]: Json }): Html {
  const entries = flatten(config, '')
  const rows = entries.slice(0, MOST_ENTRIES).map(
    ([path, value]) => html`<tr><th scope="row">${path}</th><td class="value">${cut(value)}</td></tr>
`,
  )
  const left = entries.length - MOST_ENTRIES
  const caption =
    left > 0 ? `The first ${MOST_ENTRIES} fields; ${formatCount(left)} more are in config.json` : 'As in config.json'
  return html`<div class="scroll" role="region" aria-labelledby="config-caption" tabindex="0"><table class="words"><caption id="config-caption">${caption}</caption>
<thead><tr><th scope="col">field</th><th scope="col">value</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

const cut = (text: string) => (text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text)

function flatten(value: Json | undefined, path: string): [path: string, value: string][] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [[path, String(value)]]
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object' || each === null)) {
    return [[path, value.join(', ') || 'none']]
  }
  return Object.entries(value).flatMap(([key, each]) =>
    flatten(each as Json | undefined, path === '' ? key : `${path}.${key}`),
  )
}
