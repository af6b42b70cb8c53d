/** Backends that need Node. */

import { native } from './native/backend.ts'
import { registerBackend } from './select.ts'

export { type NativeOptions, native, nativeWith, type RenderOptions, renderC } from './native/backend.ts'

/** Makes `native` known by its name, and to `auto`. */
export function registerNative(): void {
  registerBackend(native)
}
