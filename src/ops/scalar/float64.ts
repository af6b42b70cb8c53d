/** The error function in f64, which the engine lacks; what the reference backend and the polynomials are made from. */

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI)

/** 1 − erf(x) for x ≥ 2 by Lentz's evaluation of the continued fraction (NIST DLMF 7.9.1). */
function complementByFraction(x: number): number {
  // erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + 2/(x + …)))))
  let fraction = 0
  for (let term = 120; term >= 1; term--) fraction = term / 2 / (x + fraction)
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction)
}

/** erf(x) for |x| < 2 by e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!, whose terms are all of one sign (NIST DLMF 7.6.2). */
function erfBySeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < 100 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum
}

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt, to about 2e-16 absolute. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  const magnitude = Math.abs(x)
  if (magnitude < 2) return erfBySeries(x)
  return magnitude > 6 ? Math.sign(x) : Math.sign(x) * (1 - complementByFraction(magnitude))
}

/** erfc(x) = 1 − erf(x) for x ≥ 0, without cancellation. */
export function erfc(x: number): number {
  return x < 2 ? 1 - erfBySeries(x) : complementByFraction(x)
}
