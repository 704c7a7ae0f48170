"""The stacks of one environment: wiring only. What a part is made of is said in `judge_constructs`."""
