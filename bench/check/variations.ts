/** Right scripts from right scripts: other seeds, rates, initial weights, lengths of training, dtypes. */

export interface Variation {
  readonly name: string
  readonly vary: (source: string) => string
}

export const VARIATIONS: readonly Variation[] = [
  {
    name: 'another seed',
    vary: (s) =>
      s.replace(/(seed|RandomState|Random|default_rng)\((\d+)\)/g, (_, call, n) => `${call}(${Number(n) + 11})`),
  },
  {
    name: 'another learning rate',
    vary: (s) =>
      s.replace(
        /\b(lr|rate|alpha|eta|step|step_size|learning_rate|learningRate|lernrate|tasa|taux)(\s*=\s*)(\d*\.\d+)/g,
        (_, n, e, v) => `${n}${e}${v} / 3`,
      ),
  },
  {
    name: 'larger initial weights',
    vary: (s) =>
      s
        .replace(/(randn\([^()]*\)) \* (0\.\d+)/g, (_, call, v) => `${call} * ${Number(v) * 1.7}`)
        .replace(/(normal\((?:0|0\.0), |normal\(scale=)(0\.\d+)/g, (_, call, v) => `${call}${Number(v) * 1.7}`),
  },
  {
    name: 'another loss scale',
    vary: (s) =>
      s
        .replace(/0\.5 \* np\.sum\((\w+) \*\* 2\)/g, 'np.sum($1 ** 2)')
        .replace(/np\.mean\(\(out - Y\) \*\* 2\)/g, 'np.sum((out - Y) ** 2)')
        .replace(/\/ \(2 \* x\.shape\[1\]\)/g, '/ x.shape[1]'),
  },
  {
    name: 'another mask',
    vary: (s) =>
      s
        .replace(/1\. \* \(x > 0\)/g, 'np.where(x > 0, 1.0, 0.0)')
        .replace(/dhidden\[hidden <= 0\] = 0/g, 'dhidden = dhidden * (hidden > 0)')
        .replace(/da \* \(h > 0\)/g, 'np.where(h > 0, da, 0)')
        .replace(/\(bn > 0\)/g, '(h > 0)'),
  },
]
