export { evaluateScalars, MEANING } from './evaluate.ts'
export { lowerToPrimitives } from './polynomials.ts'
export * from './program.ts'
export * from './writer.ts'
