/** The records of a run's folder, as far as they have been written. */

import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseJsonLines } from '../formats/node.ts'
import { type Json, networkFromJson } from '../network/index.ts'
import { NablaError, sizeOf } from '../shared/index.ts'
import { type LayerRow, type RunRecord, readEvaluation, readHistory, readSummary } from './run-record.ts'

/** What is asked of a folder before it is taken for a run's. */
const RUN_FILES = ['config.json', 'metrics.jsonl', 'summary.json', 'network.json']

/**
 * What is known of the run in a folder; it may be still going on.
 * @throws NablaError E-FILE where the folder holds no run; E-DATA for a file that is broken, with its name.
 */
export async function readRun(directory: string): Promise<RunRecord> {
  const names = await namesIn(directory)
  const read = async (name: string): Promise<string | undefined> =>
    names.includes(name) ? await readText(join(directory, name)) : undefined
  const json = async (name: string): Promise<unknown> => {
    const text = await read(name)
    return text === undefined ? undefined : parseJson(text, join(directory, name))
  }
  const metrics = (await read('metrics.jsonl')) ?? ''
  const [config, summary, network, evaluation] = [
    await json('config.json'),
    await json('summary.json'),
    await json('network.json'),
    await json('evaluation.json'),
  ]
  const where = (name: string) => join(directory, name)
  return {
    name: basename(resolve(directory)),
    config: isObject(config) ? (config as { [name: string]: Json }) : undefined,
    // A line that a crash cut off is left out: the epoch that it spoke of is recorded again, or was the last.
    history: readHistory(
      parseJsonLines(metrics, where('metrics.jsonl'), () => undefined),
      where('metrics.jsonl'),
    ),
    summary: summary === undefined ? undefined : readSummary(summary, where('summary.json')),
    layers: network === undefined ? undefined : layersOf(network, where('network.json')),
    evaluation: evaluation === undefined ? undefined : readEvaluation(evaluation, where('evaluation.json')),
    checkpointStep: await lastCheckpoint(join(directory, 'checkpoints')),
  }
}

async function namesIn(directory: string): Promise<string[]> {
  const fix = 'give the folder that nabla train saved to.'
  let names: string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const received = missing ? 'no such folder' : String(error instanceof Error ? error.message : error)
    throw new NablaError({ code: 'E-FILE', where: directory, expected: 'the folder of a run', received, fix })
  }
  if (names.some((name) => RUN_FILES.includes(name))) return names
  const received = names.length === 0 ? 'an empty folder' : `one with ${names.slice(0, 5).join(', ')}`
  throw new NablaError({ code: 'E-FILE', where: directory, expected: 'the folder of a run', received, fix })
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error)
    const fix = 'see that the file can be read.'
    throw new NablaError({ code: 'E-FILE', where: path, expected: 'a file that can be read', received, fix })
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error)
    const fix = 'delete the file, or let the run write it again.'
    throw new NablaError({ code: 'E-DATA', where: path, expected: 'JSON', received, fix }, { cause: error })
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Layers of one's own need not be registered to be listed: those are told by what the file says. */
function layersOf(record: unknown, where: string): LayerRow[] {
  const saved = isObject(record) ? record.network : undefined
  const entries = isObject(saved) && Array.isArray(saved.layers) ? saved.layers.filter(isObject) : []
  const optionsOf = (entry: Readonly<Record<string, unknown>> | undefined) =>
    Object.entries(entry ?? {})
      .filter(([key, value]) => key !== 'kind' && key !== 'name' && (typeof value !== 'object' || Array.isArray(value)))
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', ')
  try {
    return networkFromJson(saved, where).layers.map(({ name, layer, outputShape, parameters }, i) => ({
      name,
      kind: layer.kind,
      outputShape,
      parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      options: optionsOf(entries[i]),
    }))
  } catch (error) {
    if (error instanceof NablaError && error.code === 'E-NAME') {
      return entries.map((entry, i) => ({
        name: String(entry.name ?? `layer ${i + 1}`),
        kind: String(entry.kind),
        options: optionsOf(entry),
      }))
    }
    throw error
  }
}

async function lastCheckpoint(directory: string): Promise<number | undefined> {
  const names = await readdir(directory).catch(() => [])
  const steps = names.map((name) => Number(/^checkpoint-(\d+)\.safetensors$/.exec(name)?.[1])).filter(Number.isFinite)
  return steps.length === 0 ? undefined : Math.max(...steps)
}
