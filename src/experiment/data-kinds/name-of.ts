/** What a run is called after: the file's name without its folders and extension. */

export function nameOf(path: string): string {
  const last = path.split(/[\\/]/).filter(Boolean).pop() ?? path
  return last.replace(/\.gz$/i, '').replace(/(?<=.)\.[A-Za-z0-9]+$/, '')
}
