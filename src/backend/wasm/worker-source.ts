/**
 * What a worker thread runs, as text: it holds an instance of each program and takes its part when the main thread
 * gives the word. Text, because a worker starts from a file or a string, and the library may have been bundled.
 *
 * Command words, from `command`: how often a command was given, the program to run (-1: look at the messages), and how
 * many workers hold their first program.
 */
export const WORKER_SOURCE = `
let memory, words, thread, given = 0
const programs = []
const serve = (spins) => {
  for (;;) {
    let spin = 0
    while (Atomics.load(words, 0) === given && spin < spins) spin++
    if (Atomics.load(words, 0) === given) { Atomics.wait(words, 0, given); continue }
    given = Atomics.load(words, 0)
    const program = Atomics.load(words, 1)
    if (program < 0) return
    programs[program](thread)
  }
}
const receive = (message, reply) => {
  if (message.memory) {
    memory = message.memory
    thread = message.thread
    given = message.given
    words = new Int32Array(memory.buffer, message.command, 3)
  }
  if (message.module) {
    const outOfRange = () => { throw new Error('a program with checked indices runs on one thread') }
    const instance = new WebAssembly.Instance(message.module, { nabla: { memory, outOfRange } })
    programs[message.program] = instance.exports.run
  }
  // The main thread may be computing, and then sees no message.
  if (message.memory) Atomics.add(words, 2, 1)
  reply({ ready: true })
  serve(message.spins)
}
`

/** How the source is joined to the host's messages. */
export const NODE_WORKER = `${WORKER_SOURCE}
const { parentPort, workerData } = require('node:worker_threads')
parentPort.on('message', (message) => receive(message, (answer) => parentPort.postMessage(answer)))
`

export const BROWSER_WORKER = `${WORKER_SOURCE}
onmessage = ({ data }) => receive(data, (answer) => postMessage(answer))
`
