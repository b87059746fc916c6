-- The numbers behind the ids. Until now there was one set of them.

CREATE TABLE parameters (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    json TEXT NOT NULL
) STRICT;

INSERT INTO parameters (only, json) SELECT 1, '{
    "index": {"fanout": 2, "max_gap_frames": 65, "max_step_bins": 64, "min_gap_frames": 2},
    "peaks": {
        "axis": "linear", "bands": 448, "high_bin": 448, "hop_samples": 128, "low_bin": 16,
        "max_radius_bins": 26, "min_radius_bins": 4, "reference_radius_frames": 16,
        "reference_radius_ratio": 0.12, "sample_rate_hz": 8000, "silence_db": -90.0, "steps": 8,
        "window_samples": 1024
    }
}' FROM state;
