/** The roofline's work in nabla: products of any shape, and what moves memory. */

import { type Device, type Executable, GraphBuilder } from 'nabla'
import { add, div, matmul, mul, sqrt, sub } from 'nabla/ops'
import { firstRowSum, type ProductWork, readFloats, type StreamWork, type Task, UPDATE } from './contestant.ts'

export async function openProduct(device: Device, { rows, inner, columns, folder }: ProductWork): Promise<Task> {
  const builder = new GraphBuilder()
  builder.output('c', matmul(builder.input('a', [rows, inner]), builder.input('b', [inner, columns])))
  const executable = await device.compile(builder.build())
  executable.write('a', readFloats(folder, 'x'))
  executable.write('b', readFloats(folder, 'w0'))
  return repeated(executable, device, () => firstRowSum(executable.read('c'), columns))
}

export async function openStream(device: Device, { pattern, count, folder }: StreamWork): Promise<Task> {
  const builder = new GraphBuilder()
  const names = pattern === 'triad' ? ['a', 'b'] : ['w', 'm', 'v', 'g']
  // A state is changed where it lies.
  const [first, second, third, fourth] = names.map((name) =>
    name === 'g' || pattern === 'triad' ? builder.input(name, [count]) : builder.state(name, [count]),
  )
  if (first === undefined || second === undefined) throw new RangeError('a stream has at least two arrays')
  if (third === undefined || fourth === undefined) builder.output('c', add(first, mul(second, UPDATE.scale)))
  else {
    const [w, m, v, g] = [first, second, third, fourth]
    const nextM = add(mul(m, UPDATE.beta1), mul(g, 1 - UPDATE.beta1))
    const nextV = add(mul(v, UPDATE.beta2), mul(mul(g, g), 1 - UPDATE.beta2))
    const scale = add(mul(sqrt(nextV), UPDATE.correction), UPDATE.epsilon)
    builder.update(m, nextM)
    builder.update(v, nextV)
    builder.update(w, sub(w, div(mul(nextM, UPDATE.stepSize), scale)))
  }
  const executable = await device.compile(builder.build())
  const write = () => {
    names.forEach((name, i) => {
      executable.write(name, readFloats(folder, `w${i}`))
    })
  }
  write()
  const task = repeated(executable, device, () => executable.read(pattern === 'triad' ? 'c' : 'w')[0] ?? Number.NaN)
  return { ...task, reset: write }
}

const repeated = (executable: Executable, device: Device, result: () => number): Task => ({
  reset: () => undefined,
  run: async (count) => {
    for (let i = 0; i < count; i++) {
      const pending = executable.run()
      if (pending !== undefined) await pending
    }
  },
  result,
  close: () => device.close(),
})
