/** Memory in MiB that goes with a number of CPU units: least, most, step (docs/platform-facts/aws.md §2 "Fargate sizes"). */
const SIZES: Readonly<Record<string, readonly [number, number, number]>> = {
	512: [1_024, 4_096, 1_024],
	1024: [2_048, 8_192, 1_024],
	2048: [4_096, 16_384, 1_024],
	4096: [8_192, 30_720, 1_024],
	8192: [16_384, 61_440, 4_096],
	16384: [32_768, 122_880, 8_192],
};

export function isFargateSize(cpu: string | undefined, memory: string | undefined): boolean {
	const mib = Number(memory);
	if (cpu === '256') return [512, 1_024, 2_048].includes(mib);
	const [least, most, step] = SIZES[cpu ?? ''] ?? [1, 0, 1];
	return mib >= least && mib <= most && (mib - least) % step === 0;
}
