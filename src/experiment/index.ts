/** The experiment room's door: what an experiment is. Nothing here needs Node; running one does (`node.ts`). */

export {
  type AllLayers,
  type CheckpointDescription,
  defineExperiment,
  type Experiment,
  type ExperimentLike,
  type HiddenLayers,
  type LayerDescription,
  type LossDescription,
  type LossName,
  type MetricName,
  type NetworkDescription,
  type OptimizerDescription,
  type ScheduleDescription,
  type ScheduleName,
  type SearchDescription,
  type StoppingDescription,
} from './experiment.ts'
export type { MakeNetwork, NetworkNeeds } from './fields/network.ts'
export type { Range } from './search/range.ts'
