"""A pack index on localhost, written by the tests, for the real pack manager."""

import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PDSC = """<?xml version="1.0" encoding="UTF-8"?>
<package schemaVersion="1.7.2" xmlns:xs="http://www.w3.org/2001/XMLSchema-instance">
  <vendor>{vendor}</vendor>
  <name>{name}</name>
  <description>written by a test</description>
  <url>{url}</url>
  <releases><release version="{version}" date="2024-01-01">first</release></releases>
  {devices}
</package>
"""
MEMORY = """
        <memory name="IROM1" access="rx" start="0x08000000" size="0x80000" startup="1" default="1"/>
        <memory name="IRAM1" access="rwx" start="0x20000000" size="0x20000" default="1"/>
        <algorithm name="Flash/PART_512.FLM" start="0x08000000" size="0x80000" default="1"/>"""
DEVICES = """<devices>
    <family Dfamily="{family}" Dvendor="STMicroelectronics:13">
      <processor {processor} Dendian="Little-endian"/>
      <subFamily DsubFamily="{device}">
        <processor Dclock="100000000"/>{memory}
        <device Dname="{device}"/>
      </subFamily>
    </family>
  </devices>"""
M4F = 'Dcore="Cortex-M4" DcoreVersion="r0p1" Dfpu="SP_FPU" Dmpu="MPU"'
INDEX = """<?xml version="1.0" encoding="UTF-8"?>
<index schemaVersion="1.1.0" xmlns:xs="http://www.w3.org/2001/XMLSchema-instance">
<vendor>Test</vendor><url>{url}</url><timestamp>2024-01-01T00:00:00</timestamp>
<pindex>
{rows}
</pindex></index>
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass


class PackServer:
    """Serves a folder of packs and the index of them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url, self._rows = folder, f"http://127.0.0.1:{port}/", []

    @property
    def index(self) -> str:
        return f"{self.url}index.pidx"

    def add(self, vendor, name, version="1.0.0", *, devices="", files=None, url=None):
        """Put a pack and its description into the folder and the index."""
        text = PDSC.format(
            vendor=vendor, name=name, version=version, devices=devices, url=url or self.url
        )
        (self.folder / f"{vendor}.{name}.pdsc").write_text(text)
        pack = self.folder / f"{vendor}.{name}.{version}.pack"
        with zipfile.ZipFile(pack, "w") as archive:
            archive.writestr(f"{vendor}.{name}.pdsc", text)
            for path, content in (files or {}).items():
                archive.writestr(path, content)
        self._rows.append(
            f'<pdsc url="{self.url}" vendor="{vendor}" name="{name}" version="{version}"/>'
        )
        index = INDEX.format(url=self.url, rows="\n".join(self._rows))
        (self.folder / "index.pidx").write_text(index)
        return pack

    def add_device(self, device, *, processor=M4F, memory=MEMORY, family="F", **more):
        """Put a family pack of one device into the index."""
        table = DEVICES.format(device=device, processor=processor, memory=memory, family=family)
        files = {"Flash/PART_512.FLM": "the algorithm" * 9}
        return self.add("Test", f"{device}_DFP", devices=table, files=files, **more)


@pytest.fixture(autouse=True)
def _own_places(tmp_path, monkeypatch):
    pytest.importorskip("cmsis_pack_manager")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("TINYGEN_BOARDS", raising=False)
    monkeypatch.delenv("TINYGEN_PACK_INDEX", raising=False)


@pytest.fixture
def server(tmp_path, monkeypatch):
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        packs = PackServer(folder, http.server_address[1])
        monkeypatch.setenv("TINYGEN_PACK_INDEX", packs.index)
        yield packs
        http.shutdown()
        thread.join()
