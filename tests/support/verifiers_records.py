"""Records as verifiers writes them, for the formats that have them in lines of their own."""


def trace(k: int, rewards: dict, agent: str = "agent", trainable: bool = True) -> dict:
    said = {
        "parent": 0,
        "message": {"role": "assistant", "content": f"a{k % 2}"},
        "sampled": True,
        "mask": [True, True],
    }
    asked = {"message": {"role": "user", "content": "What?"}, "sampled": False, "mask": [False]}
    return {
        "version": 1,
        "id": f"t{k}",
        "task": {"type": "Task", "data": {"idx": k % 3, "prompt": "What?"}},
        "agent": {"config": {}, "name": agent, "trainable": trainable},
        "nodes": [asked, said],
        "calls": [{"node": 1, "usage": {"prompt_tokens": 20, "completion_tokens": 4 + k}}],
        "rewards": rewards,
        "metrics": {"num_turns": 1.0},
        "is_completed": True,
        "ok": True,
        "errors": [],
        "timing": {},
    }


def episode(k: int, traces: list[dict], **keys) -> dict:
    task = {"type": "Task", "data": {"idx": k % 3}, "key": f"key{k % 3}", "hash": "9c"}
    return {"id": f"e{k}", "env": {"id": "e"}, "task": task, "ok": True, "errors": [], "traces": traces} | keys


def scored(score: float, weight: float = 1.0) -> dict:
    return {"score": score, "weight": weight}
