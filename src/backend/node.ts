/** Backends that need Node. */

import { nativeWith } from './native/backend.ts'
import { registerBackend } from './select.ts'

export { type NativeOptions, native, nativeWith, type RenderOptions, renderC, renderNative } from './native/backend.ts'

/** Makes `native` known by its name, and to `auto`. `warn` takes a line where the work goes on in another
 * way than it should: compiled code can't be kept, or `auto` leaves native for wasm. */
export function registerNative(warn?: (line: string) => void): void {
  registerBackend('native', nativeWith, warn === undefined ? {} : { warn })
}
