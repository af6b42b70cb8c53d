export { type DifferentiateOptions, differentiate } from './differentiate.ts'
export { type GradientOptions, gradient, valueAndGradient } from './transform.ts'
