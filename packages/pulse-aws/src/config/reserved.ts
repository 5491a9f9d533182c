import { usageError } from 'pulse-deploy-kit/errors';
import {
	APP_ID_VARIABLE,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_NAME_VARIABLE,
	DRAIN_GRACE_VARIABLE,
	DRAIN_POLL_VARIABLE,
	METRICS_VARIABLE,
	NEXT_ID_VARIABLE,
	TASK_SECRET_VARIABLE,
} from '../protocol.ts';

const RESERVED = [
	...[DEPLOYMENT_NAME_VARIABLE, DEPLOYMENT_ID_VARIABLE, DRAIN_POLL_VARIABLE, DRAIN_GRACE_VARIABLE],
	METRICS_VARIABLE,
	TASK_SECRET_VARIABLE,
];
/** Also of a container app; its port is given by --port. */
const CONTAINER_RESERVED = [...RESERVED, APP_ID_VARIABLE, NEXT_ID_VARIABLE, 'PORT'];

/** Variables that the tool sets by itself; a second value would decide over which deployment a task thinks it is. */
export function refuseReserved(flag: string, values: Readonly<Record<string, string>>, isContainer = false): void {
	const taken = (isContainer ? CONTAINER_RESERVED : RESERVED).filter((name) => name in values).sort();
	if (taken.length > 0)
		throw usageError(`${flag} may not set ${taken.join(', ')}`, 'They are set by the deploy itself.');
}
