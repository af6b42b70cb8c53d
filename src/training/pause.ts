/** Lets the event loop turn: Ctrl-C, timers and a page's own work come through between steps. */

type Schedule = (continueRun: () => void) => void

/** Node's setImmediate where there is one; else a message to ourselves, which browsers do not delay as they do timers. */
function scheduleOf(): Schedule {
  const { setImmediate: immediate } = globalThis as { setImmediate?: Schedule }
  if (immediate !== undefined) return immediate
  return (continueRun) => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      continueRun()
    }
    channel.port2.postMessage(undefined)
  }
}

export function pause(): Promise<void> {
  return new Promise((resolve) => scheduleOf()(resolve))
}
