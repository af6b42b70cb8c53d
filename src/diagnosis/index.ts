/** The diagnosis room's door: what runs anywhere. What runs somebody's script is in `node.ts`. */

export {
  type BackwardFinding,
  type BackwardOptions,
  type BackwardParameter,
  type BackwardRelation,
  checkBackward,
} from './check/backward.ts'
