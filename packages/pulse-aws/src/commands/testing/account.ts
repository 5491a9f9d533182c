import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { callAs, taskCaller } from 'aws-world/calls/caller';
import type { ConnectOptions } from 'aws-world/calls/connect';
import type { Trace } from 'aws-world/calls/trace';
import { backgroundClock } from 'aws-world/clock/background-clock';
import { baselineTemplate } from 'aws-world/cloudformation/baseline-template';
import type { TaskProgram } from 'aws-world/tasks/program';
import { serverProgram } from 'aws-world/tasks/server-program';
import { type AwsWorld, type AwsWorldOptions, createAwsWorld } from 'aws-world/world';
import type { PluginContext } from 'pulse-app';
import { type RecordingHost, recordingHost } from 'pulse-deploy-kit/recording-host';
import { frontDoor } from '../../adapters/front-door.ts';
import type { Session } from '../../adapters/session.ts';
import { openVisit } from '../../adapters/visit.ts';
import { type DeployRequest, deployRequest } from '../../config/deploy.ts';
import type { Aws } from '../../platform/aws.ts';
import { AWSECSPlugin } from '../../plugin/aws-ecs-plugin.ts';
import type { ReaperReport } from '../../reaper/run.ts';
import { reap } from '../reap.ts';

export const NAME = 'shop';
export const DOMAIN = 'shop.example.com';

/** An emulated account, a domain's certificate in it unless told otherwise, and an app that runs the real plugin. */
export interface Account {
	readonly world: AwsWorld;
	/** Render sessions of each deployment's tasks, by id; tests change them. */
	readonly sessions: Map<string, number>;
	/** What the next image answers with, instead of the app. */
	broken: 'exits' | 'answers-500' | 'pages-500' | 'asks-to-sign-in' | null;
	connect(options?: ConnectOptions & { answers?: readonly (boolean | string)[]; signal?: AbortSignal }): Connected;
	origin(): Promise<string>;
	close(): Promise<void>;
}

export interface Connected {
	readonly session: Session;
	readonly host: RecordingHost;
	readonly trace: Trace;
	readonly killed: Promise<void>;
}

export interface AccountOptions extends AwsWorldOptions {
	/** Default true. */
	readonly certificate?: boolean;
	/** What every image runs, instead of the small app. */
	readonly program?: TaskProgram;
}

export async function openAccount(options: AccountOptions = {}): Promise<Account> {
	const world = await createAwsWorld({ synthesize: template, ...options });
	if (options.certificate !== false) world.certificates.add([DOMAIN]);
	const sessions = new Map<string, number>();
	const account: Account = {
		world,
		sessions,
		broken: null,
		connect({ answers, signal, ...connecting } = {}) {
			const caller = world.connect(connecting);
			const host = recordingHost(answers);
			const session: Session = {
				aws: caller.aws,
				baseline: caller.baseline,
				host,
				clock: caller.clock,
				signal: signal ?? new AbortController().signal,
				images: {
					check: async () => {},
					build: async () => {},
					push: async ({ repositoryUri, tag, architecture }) => {
						await caller.aws.ecr.getAuthorizationToken({});
						const program = options.program ?? app(world, sessions, account.broken);
						const image = { uri: `${repositoryUri}:${tag}`, program, architecture: kind(architecture) };
						return `${repositoryUri}@${world.registry.push(image)}`;
					},
				},
				// Time stands still while a real request is under way.
				frontDoor: (loadBalancer, domain) => ({
					get: (path, until, only) =>
						world.clock.hold(frontDoor(loadBalancer, domain, true).get(path, until, only), 5000),
				}),
				visit: {
					socket: (...asked) => world.clock.hold(openVisit(null).socket(...asked), 5000),
					caa: async () => [],
					notices: (...asked) => world.clock.hold(openVisit(null).notices(...asked), 5000),
				},
				lookAtDomain: async ({ domain, loadBalancer }) => ({
					domain,
					loadBalancer,
					aliases: [loadBalancer],
					domainAddresses: [],
					loadBalancerAddresses: [],
					cloudflare: false,
					verification: null,
				}),
				owner: 'a test',
				randomHex: (bytes) => randomBytes(bytes).toString('hex'),
			};
			return { session, host, trace: caller.trace, killed: caller.killed };
		},
		async origin() {
			const { Stacks } = await world.aws.cloudformation.describeStacks({ StackName: `${NAME}-baseline` });
			return `http://${Stacks?.[0]?.Outputs?.find((one) => one.OutputKey === 'AlbDnsName')?.OutputValue}`;
		},
		close: () => world.close(),
	};
	return account;
}

const kind = (architecture: 'x86_64' | 'arm64'): 'ARM64' | 'X86_64' => (architecture === 'arm64' ? 'ARM64' : 'X86_64');

/** The emulator's small baseline, with the outputs that ours adds to it. */
function template(context: Readonly<Record<string, string>>) {
	const base = baselineTemplate(context);
	const own = {
		VerificationSalt: { Value: context.verification_salt ?? '' },
		VerificationToken: { Value: context.verification_token ?? '' },
		AllowedCidrs: { Value: context.allowed_ingress_cidrs || '0.0.0.0/0' },
		IdleTimeoutSeconds: { Value: context.idle_timeout_seconds ?? '' },
		ReaperScheduleMinutes: { Value: context.reaper_schedule_minutes ?? '' },
		ReaperMaxAgeHours: { Value: context.reaper_max_age_hours ?? '' },
		ReaperDeploymentTimeoutHours: { Value: context.reaper_deployment_timeout ?? '' },
		RollbackWindowSeconds: { Value: context.rollback_window_seconds ?? '' },
		RollbackKeep: { Value: context.rollback_keep ?? '' },
		TaskSubnets: base.Outputs?.PublicSubnets ?? { Value: '' },
		AssignPublicIp: { Value: 'ENABLED' },
	};
	const reaper = {
		Reaper: { Type: 'AWS::Lambda::Function' },
		ReaperLog: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: REAPER_LOG } },
	};
	return { Resources: { ...base.Resources, ...reaper }, Outputs: { ...base.Outputs, ...own } };
}

const REAPER_LOG = `${NAME}-baseline-ReaperLog`;

/** As Lambda writes down a run of the reaper that has just ended. */
export function reaperRan({ world }: Account, { status = '', report = '{"actions":[]}' } = {}): void {
	const streams = world.logs.get(REAPER_LOG);
	const at = world.clock.now() - 1000;
	const lines = ['START RequestId: 1 Version: $LATEST', report, 'END RequestId: 1', `REPORT RequestId: 1 ${status}`];
	const events = lines.map((message, index) => ({ timestamp: at + index, message }));
	streams?.set('2026/04/02/[$LATEST]1', [...(streams.get('2026/04/02/[$LATEST]1') ?? []), ...events]);
}

const NO_OTHER_USE = { sockets: 0, requests: 0, requestsBegun: 0, streams: 0, websockets: 0, jobs: 0 };

/** Answers every path with its deployment's id, and the plugin's endpoints; `/crash` ends its task, `/sicken` has it answer nothing well. */
function app(world: AwsWorld, sessions: Map<string, number>, broken: Account['broken']) {
	return serverProgram(async ({ env, stopping, exit, onLine }) => {
		const id = env.PULSE_AWS_DEPLOYMENT_ID ?? '';
		if (broken === 'exits') {
			onLine('cannot find module ./app.js');
			setImmediate(() => exit(1));
		}
		const plugin = new AWSECSPlugin({
			ssm: asTask(world.connect().aws.ssm, env),
			ecs: world.connect().aws.ecs,
			clock: backgroundClock(world.clock),
			random: () => 0.5,
		});
		const total = () => sessions.get(id) ?? 0;
		await plugin.onStart({
			environment: 'prod',
			env,
			sessionTimeoutSeconds: 60,
			renderSessions: () => ({ total: total(), connected: total(), resumable: 0 }),
			inUse: () => ({ ...NO_OTHER_USE, renderSessions: total() }),
			pages: () => ({ busy: 0, idle: 0, hidden: 0, held: 0, heldReasons: [] }),
			passedOn: () => {},
			reload: () => 0,
			reloadWithin: () => ({ pages: 0, overInMs: 0 }),
			takeBackReload: () => 0,
			log: { info: () => {}, warn: () => {}, error: () => {} },
		} satisfies PluginContext);
		stopping.addEventListener('abort', () => void plugin.onStop(), { once: true });
		let isSick = broken === 'answers-500';
		const server = createServer(async (request, response) => {
			isSick ||= request.url?.startsWith('/sicken') === true;
			if (isSick) response.statusCode = 500;
			if (await plugin.onRequest(request, response)) return;
			if (request.url?.startsWith('/crash')) return exit(1);
			const isPage = !request.url?.startsWith('/_pulse/');
			if (broken === 'pages-500' && isPage) {
				onLine('Error: database is not configured');
				response.statusCode = 500;
			}
			if (broken === 'asks-to-sign-in' && isPage) response.writeHead(302, { location: '/login' });
			response.end(id);
		});
		server.on('upgrade', (_request, socket) =>
			socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
		);
		return server;
	});
}

/** Parameter Store, with the credentials of the task whose environment this is. */
export function asTask(
	ssm: Aws['ssm'],
	env: Readonly<Record<string, string>>,
): Pick<Aws['ssm'], 'getParameters' | 'putParameter'> {
	const caller = taskCaller('123456789012', env.ECS_CONTAINER_METADATA_URI_V4?.split('/').at(-1) ?? '');
	return { ...ssm, putParameter: (input) => callAs(caller, () => ssm.putParameter(input)) };
}

/** One pass as the deployed reaper makes it, agreed to. */
export const passOf = (on: Account): Promise<ReaperReport> =>
	reap(on.connect({ answers: [true] }).session, AS_DEPLOYED);

const AS_DEPLOYED = { deploymentName: NAME, maxAgeHours: null, deploymentTimeoutHours: null, dryRun: false };

/** A deploy as typed on the command line, in the folder of this test. */
export function asked(flags: Readonly<Record<string, unknown>> = {}): Promise<DeployRequest> {
	const paths = { dockerfile: 'package.json', context: '.', appFile: 'package.json', webRoot: 'src' };
	const cwd = new URL('../../../', import.meta.url).pathname;
	// The emulated account has no NAT gateway, and most tests wait for nothing that is kept to go back to.
	const usual = { deploymentName: NAME, domain: DOMAIN, nat: 'none', rollbackWindow: '0' };
	return deployRequest({
		flags: { ...usual, ...paths, ...flags },
		env: {},
		cwd,
	});
}
