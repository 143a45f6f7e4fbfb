"""What processes take of memory."""

from pathlib import Path


def peak_memory(process_id: int) -> int:
    """The most memory that a process and its children have ever had, in bytes."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    status = Path(f"/proc/{process_id}/status").read_text()
    [peak] = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return peak + sum(peak_memory(int(child)) for child in children)


def forget_peak_memory() -> None:
    """Let the peak of this process's memory count anew, from what it has now (proc(5), /proc/PID/clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
