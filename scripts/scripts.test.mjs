/** What the scripts decide; that they work is shown by every run of them. */

import { describe, expect, it } from 'vitest'
import { countTests, formatCounts } from './count-tests.mjs'
import { isInstalled } from './install.mjs'
import { SetupError } from './project.mjs'
import { checkNode } from './setup.mjs'

describe('the closing line', () => {
  const file = (status, ...outcomes) => ({ status, assertionResults: outcomes.map((outcome) => ({ status: outcome })) })
  const line = (testResults, status) => formatCounts(countTests(testResults && { testResults }, status))

  it('counts tests, and leaves out what was not skipped', () => {
    expect(line([file('passed', 'passed', 'passed'), file('passed', 'passed')], 0)).toBe('3 passed, 0 failed')
    expect(line([file('failed', 'failed', 'passed', 'pending', 'todo')], 1)).toBe('1 passed, 1 failed, 2 skipped')
  })

  it('counts a failure outside of tests', () => {
    expect(line([file('passed', 'passed'), file('failed')], 1)).toBe('1 passed, 1 failed')
    expect(line([file('passed', 'passed')], 1)).toBe('1 passed, 1 failed')
    expect(line(undefined, 1)).toBe('0 passed, 1 failed')
  })
})

describe('what is installed', () => {
  const wanted = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/b-mac': { version: '1.0.0', integrity: 'y', optional: true },
  }

  it('is complete without the optional packages of other platforms', () => {
    expect(isInstalled(wanted, { 'node_modules/a': { version: '1.0.0', integrity: 'x' } })).toBe(true)
  })

  it('is not, without a package, in another version, or with nothing there', () => {
    expect(isInstalled(wanted, {})).toBe(false)
    expect(isInstalled(wanted, { 'node_modules/a': { version: '1.0.1', integrity: 'x' } })).toBe(false)
    expect(isInstalled(wanted, undefined)).toBe(false)
  })
})

it('refuses a Node that is too old, with its version', () => {
  for (const version of ['20.19.0', '22.12.0', '24.0.1']) expect(() => checkNode(version)).not.toThrow()
  for (const version of ['18.20.0', '20.18.3', '21.7.0', '22.11.0'])
    expect(() => checkNode(version)).toThrow(SetupError)
  expect(() => checkNode('18.20.0')).toThrow('needs Node ^20.19.0 || >=22.12.0; this is Node 18.20.0')
})
