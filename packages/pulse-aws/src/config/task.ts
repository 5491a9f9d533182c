/** How the tasks of a deployment run. */
export interface TaskRequest {
	/** CPU units, 1024 a vCPU, as text. */
	readonly cpu: string;
	/** MiB, as text. */
	readonly memory: string;
	readonly architecture: 'x86_64' | 'arm64';
	/** The user did not give it: that of the active deployment wins (contract, decision 24). */
	readonly keepsArchitecture: boolean;
	readonly desiredCount: number;
	readonly env: Readonly<Record<string, string>>;
	/** Variable → ARN of a parameter or secret. */
	readonly secrets: Readonly<Record<string, string>>;
	readonly drainPollSeconds: number;
	readonly drainGraceSeconds: number;
	/** Tasks tell what they count in their log, for CloudWatch. */
	readonly metrics?: boolean;
}

export const DEFAULT_ARCHITECTURE = 'x86_64';

const GIGABYTE = 1024;
const range = (from: number, to: number, step = GIGABYTE) =>
	Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/** CPU units → MiB that Fargate offers with them (developer guide, "Task CPU and memory"). */
const SIZES: Readonly<Record<string, readonly number[]>> = {
	256: [512, 1024, 2048],
	512: range(1024, 4096),
	1024: range(2048, 8192),
	2048: range(4096, 16_384),
	4096: range(8192, 30_720),
	8192: range(16_384, 61_440, 4 * GIGABYTE),
	16384: range(32_768, 122_880, 8 * GIGABYTE),
};

/** What is wrong with a size, in words; `null` when Fargate has it. */
export function sizeProblem(cpu: string, memory: string): string | null {
	const memories = SIZES[cpu];
	if (memories === undefined)
		return `Fargate has no tasks of ${cpu} CPU units; it has ${Object.keys(SIZES).join(', ')}`;
	if (memories.includes(Number(memory))) return null;
	return `Fargate has no tasks of ${cpu} CPU units with ${memory} MiB; with these it has ${memories.join(', ')}`;
}
