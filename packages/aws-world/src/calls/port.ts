/** What the world answers to: the calls that pulse-aws makes. It knows these types and nothing else of the package. */
export type { Aws, BaselineDeployer } from '../../../pulse-aws/src/platform/aws.ts';
