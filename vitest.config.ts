import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url))

export default defineConfig({
  // Tests of programs that import nabla by its name see the source, as everything else here does.
  resolve: {
    alias: [
      { find: /^nabla$/, replacement: source('index.ts') },
      { find: /^nabla\/node$/, replacement: source('node.ts') },
      { find: /^nabla\/ops$/, replacement: source('ops/index.ts') },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.mjs'],
    // Test files run side by side, on every core: by itself vitest leaves one idle. What is about threads asks for them.
    maxWorkers: availableParallelism(),
    env: { NABLA_THREADS: '1' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
