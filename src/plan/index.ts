export * from './kernel.ts'
export { passesOf, variesAlongRow } from './lower.ts'
export { planKernels } from './plan.ts'
export { printPlan } from './print.ts'
