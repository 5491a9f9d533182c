import type { NoticeFacts } from 'pulse-deploy-kit/doctor/notice-check';
import type { Reading } from 'pulse-deploy-kit/doctor/reading';
import type { SocketFacts } from 'pulse-deploy-kit/doctor/socket-check';
import type { Diagnosis } from '../control/diagnose.ts';
import type { ControlStatus } from '../control/status.ts';
import type { StackObservation } from '../platform/port.ts';
import type { SchemaReport } from '../platform/schema/report.ts';
import type { StackNames } from '../stack/names.ts';
import type { TokenFacts } from './look-at-token.ts';

/** All that `doctor` has read; what to think of it is decided apart. */
export interface DoctorFacts {
	/** Of this tool. */
	readonly version: string;
	readonly names: StackNames;
	readonly token: Reading<TokenFacts>;
	/** What of our operations Railway's schema does not take. */
	readonly schema: Reading<SchemaReport>;
	/** Whether the janitor's token opens this project alone; `null`: it cannot be read. */
	readonly janitorConfined: Reading<boolean | null>;
	readonly observation: Reading<StackObservation>;
	/** A file of `railway config` that stands for the whole project, here or above; `null`: none. */
	readonly wholeProjectFile: string | null;
	/** Such a file was applied to the environment. */
	readonly isWholeProject: boolean;
	readonly live: Reading<ControlStatus>;
	/** `null`: the router is older than this command. */
	readonly diagnosis: Reading<Diagnosis> | null;
	readonly aheadMs: Reading<number>;
	readonly notices: Reading<NoticeFacts>;
	/** `null`: nothing is active. */
	readonly socket: SocketFacts | null;
}
