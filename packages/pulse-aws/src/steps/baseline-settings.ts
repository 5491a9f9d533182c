import {
	type BaselineSettings,
	DEFAULT_IDLE_TIMEOUT_SECONDS,
	SETTINGS_TAG,
	toContext,
	VERSION_TAG,
} from '../cdk/settings.ts';
import type { DeployRequest, ReaperSetting } from '../config/deploy.ts';
import { sha256 } from '../deployments/digest.ts';
import { verificationToken } from '../domain/verification-token.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import type { StackFacts } from '../platform/stack.ts';
import { keptWindow } from '../reaper/policy.ts';
import { allowedCidrs, natOf } from '../stack/kept-network.ts';
import { made, type Run } from './run.ts';

type Asked = Omit<BaselineSettings, 'verificationSalt' | 'verificationToken'>;

/** What the stack should be made of. A salt is made once and kept in the stack's outputs. */
export async function baselineSettings(run: Run): Promise<BaselineSettings> {
	const { aws, randomHex } = run.session;
	const asked = askedFor(made(run.request, 'the request'), made(run.certificateArn, 'the certificate'), run.baseline);
	const { verificationSalt, verificationToken: token } = run.baseline ?? {};
	if (verificationSalt && token) return { ...asked, verificationSalt, verificationToken: token };
	const salt = randomHex(16);
	const account = (await aws.sts.getCallerIdentity({})).Account ?? '';
	const made_ = verificationToken({ name: run.name, account, region: aws.region, salt });
	return { ...asked, verificationSalt: salt, verificationToken: made_ };
}

export function baselineTags(settings: Asked, version: string): Record<string, string> {
	return { [VERSION_TAG]: version, [SETTINGS_TAG]: fingerprint(settings) };
}

/** Why the stack must be updated; `null`: it is what the request asks for. */
export function baselineChange(
	stack: StackFacts,
	request: DeployRequest,
	certificateArn: string | null,
	outputs: BaselineOutputs | null,
	latest: string,
): string | null {
	if (outputs === null) return 'there is none';
	if (certificateArn === null) return 'a new certificate';
	const version = stack.tags.get(VERSION_TAG);
	if (version !== latest) return `version ${version ?? 'unknown'} → ${latest}`;
	const wanted = fingerprint(askedFor(request, certificateArn, outputs));
	return stack.tags.get(SETTINGS_TAG) === wanted ? null : 'its settings changed';
}

function askedFor(request: DeployRequest, certificateArn: string, outputs: BaselineOutputs | null): Asked {
	const reaper = (name: ReaperSetting, running: number | null | undefined) =>
		request.reaper.kept.includes(name) ? (running ?? request.reaper[name]) : request.reaper[name];
	const maxAgeHours = reaper('maxAgeHours', outputs?.reaperMaxAgeHours);
	return {
		deploymentName: request.deploymentName,
		certificateArn,
		allowedCidrs: [...allowedCidrs(request, outputs)].sort(),
		nat: natOf(request, outputs),
		idleTimeoutSeconds:
			request.network.idleTimeoutSeconds ?? outputs?.idleTimeoutSeconds ?? DEFAULT_IDLE_TIMEOUT_SECONDS,
		// Older deployments still need theirs when ECS replaces a task.
		secretArns: [...new Set([...(outputs?.secretArns ?? []), ...request.secretArns])].sort(),
		reaperScheduleMinutes: reaper('scheduleMinutes', outputs?.reaperScheduleMinutes),
		reaperMaxAgeHours: maxAgeHours,
		reaperDeploymentTimeoutHours: reaper('deploymentTimeoutHours', outputs?.reaperDeploymentTimeoutHours),
		rollbackWindowSeconds: request.reaper.rollbackWindowSeconds ?? keptWindow(outputs, maxAgeHours),
		rollbackKeep: reaper('rollbackKeep', outputs?.rollbackKeep),
	};
}

function fingerprint(settings: Asked): string {
	const context = toContext({ ...settings, verificationSalt: '', verificationToken: '' });
	const text = JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));
	return sha256(text).slice(0, 16);
}
