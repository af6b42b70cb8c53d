/**
 * What identifies the text that runs: the bundler puts a hash of the source here. Undefined where the source itself
 * runs, which may change from one process to the next; then nothing that follows from it is kept.
 */
export const build: string | undefined = undefined
