/** What the command's exit status says, for scripts. */

export const EXIT = {
  /** All went well. */
  fine: 0,
  /** A problem was found, or a run failed. */
  failed: 1,
  /** Wrong use: arguments, files, settings. */
  usage: 2,
  /** It cannot be analysed. */
  unsupported: 3,
  /** Interrupted, after what there was to keep was kept. */
  interrupted: 130,
} as const
