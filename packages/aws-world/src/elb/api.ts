import type { Arns } from '../arn.ts';
import type { Handlers } from '../calls/handlers.ts';
import { listenersApi } from './listeners-api.ts';
import { rulesApi } from './rules-api.ts';
import type { ElbState } from './state.ts';
import { tagsApi } from './tags-api.ts';
import { targetGroupsApi } from './target-groups-api.ts';
import { targetHealthApi } from './target-health-api.ts';

export function elbApi(state: ElbState, arns: Arns, isIssued: (certificateArn: string) => boolean): Handlers<'elb'> {
	return {
		...listenersApi(state, isIssued),
		...rulesApi(state, arns),
		...targetGroupsApi(state, arns),
		...targetHealthApi(state),
		...tagsApi(state),
	};
}
