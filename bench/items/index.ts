/** All items, in the order in which they are measured. */

import { epoch } from './epoch.ts'
import { inference } from './inference.ts'
import type { Item } from './item.ts'
import { memory } from './memory.ts'
import { product } from './product.ts'
import { roofline } from './roofline.ts'
import { startup } from './startup.ts'
import { steps } from './steps.ts'
import { batches, depths, threads, widths } from './sweeps.ts'

export type { Item, ItemContext } from './item.ts'
export const ITEMS: readonly Item[] = [
  steps,
  widths,
  depths,
  batches,
  threads,
  roofline,
  epoch,
  inference,
  product,
  startup,
  memory,
]
