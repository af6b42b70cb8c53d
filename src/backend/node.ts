/** Backends that need Node. */

import { native, nativeWith } from './native/backend.ts'
import { registerBackend } from './select.ts'

export { type NativeOptions, native, nativeWith, type RenderOptions, renderC } from './native/backend.ts'

/** Makes `native` known by its name, and to `auto`. `warn` takes a line, once, where compiled code can't be kept. */
export function registerNative(warn?: (line: string) => void): void {
  registerBackend(warn === undefined ? native : nativeWith({ warn }))
}
