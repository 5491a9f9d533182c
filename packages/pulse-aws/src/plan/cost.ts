/** Prices of us-east-1 in USD for 730 hours; list prices as published in 2026, without data transfer. */
const HOURS = 730;
const LOAD_BALANCER = 0.0225 * HOURS + 2 * 0.005 * HOURS;
const GATEWAY = 0.045 * HOURS + 0.005 * HOURS;
const PUBLIC_ADDRESS = 0.005 * HOURS;
const PRICES = {
	x86_64: { vcpu: 0.04048 * HOURS, gigabyte: 0.004445 * HOURS },
	arm64: { vcpu: 0.03238 * HOURS, gigabyte: 0.00356 * HOURS },
} as const;

export interface CostQuestion {
	readonly nat: 'gateway' | 'none';
	readonly architecture: 'x86_64' | 'arm64';
	/** CPU units, 1024 a vCPU. */
	readonly cpu: number;
	/** MiB. */
	readonly memory: number;
	readonly tasks: number;
}

export interface MonthlyCost {
	readonly loadBalancer: number;
	readonly egress: number;
	/** Of one deployment. */
	readonly tasks: number;
	readonly total: number;
}

export function monthlyCost({ nat, architecture, cpu, memory, tasks }: CostQuestion): MonthlyCost {
	const price = PRICES[architecture];
	const perTask = (cpu / 1024) * price.vcpu + (memory / 1024) * price.gigabyte;
	const egress = nat === 'gateway' ? GATEWAY : tasks * PUBLIC_ADDRESS;
	return {
		loadBalancer: LOAD_BALANCER,
		egress,
		tasks: tasks * perTask,
		total: LOAD_BALANCER + egress + tasks * perTask,
	};
}

export type TaskSize = Pick<CostQuestion, 'architecture' | 'cpu' | 'memory'>;

/** Of one task, USD an hour. */
export function hourlyTaskCost(size: TaskSize): number {
	return monthlyCost({ nat: 'gateway', ...size, tasks: 1 }).tasks / HOURS;
}

export function costNotes(question: CostQuestion): string[] {
	const cost = monthlyCost(question);
	const dollars = (amount: number) => `$${Math.round(amount)}`;
	const egress = question.nat === 'gateway' ? 'NAT gateway' : 'public addresses of the tasks';
	const cheaper = [
		...(question.nat === 'gateway' ? ['--nat none'] : []),
		...(question.architecture === 'x86_64' ? ['--arch arm64'] : []),
		...(question.tasks > 1 ? ['--desired-count 1'] : []),
	];
	return [
		`Estimated cost: ${dollars(cost.total)} a month (load balancer ${dollars(cost.loadBalancer)}, ${egress} ${dollars(cost.egress)}, ${question.tasks} tasks ${dollars(cost.tasks)}; us-east-1, without traffic and logs).`,
		'Each older deployment that still drains costs its tasks for as long as it does.',
		...(cheaper.length > 0 ? [`Cheaper: ${cheaper.join(', ')}.`] : []),
	];
}

/** Of a baseline on which nothing runs yet. */
export function baselineCostNotes(nat: CostQuestion['nat']): string[] {
	const { loadBalancer, egress } = monthlyCost({ nat, architecture: 'x86_64', cpu: 256, memory: 512, tasks: 0 });
	const dollars = (amount: number) => `$${Math.round(amount)}`;
	const gateway = nat === 'gateway' ? `, NAT gateway ${dollars(egress)}` : '';
	return [
		`Estimated cost: ${dollars(loadBalancer + egress)} a month before anything is deployed (load balancer ${dollars(loadBalancer)}${gateway}; us-east-1, without traffic and logs).`,
		...(nat === 'gateway' ? ['Cheaper: --nat none.'] : []),
	];
}
