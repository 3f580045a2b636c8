"""Many queues at once: on all cores, or on a Dask cluster by `joblib.parallel_config(backend="dask")`."""

MANY = 8  # queues from which starting helpers costs less than it saves


def each_queue(work, parts, *, jobs=None, progress=None):
    """`work` done on each of `parts` by joblib, in order; `progress(done, number)` is called after each.

    `jobs` is the number of processes, -1 for all cores or the whole cluster; without it one process for
    a few queues, all cores for many. The results are the same however many processes there are.
    """
    from joblib import Parallel, delayed  # loads where it is used

    jobs = jobs if jobs is not None else (-1 if len(parts) >= MANY else 1)
    results, running = [], Parallel(n_jobs=jobs, return_as="generator")
    for result in running(delayed(work)(part) for part in parts):
        results.append(result)
        if progress:
            progress(len(results), len(parts))
    return results
