"""Measures the memory of processes."""

from pathlib import Path


def peak_memory(process_id: int) -> int:
    """Return the peak memory of a process and its children, in bytes."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    status = Path(f"/proc/{process_id}/status").read_text()
    [peak] = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return peak + sum(peak_memory(int(child)) for child in children)


def forget_peak_memory() -> None:
    """Reset the peak memory of this process to its current memory (proc(5), /proc/PID/clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
