/** Backends that need Node. */

export { type NativeOptions, native, nativeWith, type RenderOptions, renderC } from './native/backend.ts'
