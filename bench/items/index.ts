/** All items, in the order in which they are measured. */

import type { Item } from './item.ts'
import { steps } from './steps.ts'

export type { Item, ItemContext } from './item.ts'
export const ITEMS: readonly Item[] = [steps]
