/**
 * Where data can come from. A kind is one record: its fields, the short text that stands for it, and how it is loaded.
 * A new kind is one file beside this one, listed in `index.ts`; checks, flags, help and the saved configuration follow.
 */

import type { CsvSchema, Dataset, StreamedDataset } from '../../data/index.ts'
import type { Shape } from '../../shared/index.ts'
import type { Entries, Place, ReadObject } from '../schema/index.ts'

/** In memory, or read while it is used. */
export type Samples = Dataset | StreamedDataset

/** What a kind's data becomes. Nothing here is scaled yet. */
export interface LoadedData {
  /** What the run is called after: "mnist", "iris". */
  name: string
  /** What a sample is called, in the plural. */
  samples: string
  train: Samples
  /** Absent: a share of `train` is kept apart. */
  validation?: Samples | undefined
  test?: Samples | undefined
  /** How a file's columns became numbers; saved with the run as `columns`. */
  schema?: CsvSchema | undefined
  /** What is done to the inputs where nothing is said. */
  scaling: 'standardise' | 'minMax' | 'none'
  /** What was guessed, a line each. */
  notes: readonly string[]
}

/** What a run's folder says of how its data was encoded. */
export interface SavedEncoding {
  columns?: CsvSchema | undefined
  /** The model's classes, and what its network takes. */
  classNames?: readonly string[] | undefined
  inputShape?: Shape | undefined
}

export interface DataKind<E extends Entries = Entries> {
  readonly kind: string
  readonly help: string
  /** What stands for it in short, for messages: "the path of a CSV file". */
  readonly short: string
  /** What a sample is called, in the plural. */
  readonly samples: string
  readonly entries: E
  /** The fields that a bare text stands for, such as a path; undefined where the text is another kind's. */
  fromText?(text: string): Readonly<Record<string, unknown>> | undefined
  /** @throws NablaError as the readers of the data room; where a field is at fault, at its place. */
  load(config: ReadObject<E>, place: Place): Promise<LoadedData>
  /**
   * What a run is tested on: the file that is given, else the run's own test data; undefined where there is none.
   */
  loadTest(config: ReadObject<E>, saved: SavedEncoding, given: string | undefined): Promise<Samples | undefined>
}

/** The kind with its type erased, for the table of all kinds. */
export function dataKind<E extends Entries>(kind: DataKind<E>): DataKind {
  return kind as unknown as DataKind
}
