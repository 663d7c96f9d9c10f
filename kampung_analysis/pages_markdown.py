"""How is a generated page written? Markdown tables, definitions, links to cells, fixed words in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kampung_analysis.pages_scan import Cell, Notebook

WORDS = {
    "Accessed": "Diakses",
    "Actor": "Pelaku",
    "Allows": "Yang diizinkan",
    "Answer": "Jawaban",
    "Caveats": "Catatan kehati-hatian",
    "Cell": "Sel",
    "Cited in": "Dikutip di",
    "Cited works and where they are cited": "Karya yang dikutip dan tempat pengutipannya",
    "Checks": "Pemeriksaan",
    "Claim": "Klaim",
    "Claims": "Klaim",
    "Claims that rest on it": "Klaim yang bersandar padanya",
    "Claims by number": "Klaim menurut nomor",
    "Code library": "Pustaka kode",
    "Column": "Kolom",
    "Columns": "Kolom",
    "Commit": "Komit",
    "Corrections": "Koreksi",
    "Data and codebook": "Data dan buku kode",
    "Design": "Desain",
    "Designs tried": "Desain yang dicoba",
    "Date": "Tanggal",
    "Document": "Dokumen",
    "Documents": "Dokumen",
    "Estimand": "Besaran yang ditaksir",
    "Estimate": "Taksiran",
    "Evidence": "Bukti",
    "Every claim": "Semua klaim",
    "Fact": "Fakta",
    "Facts": "Fakta",
    "Figure": "Gambar",
    "Figures": "Gambar",
    "Figures and tables": "Gambar dan tabel",
    "File": "Berkas",
    "Files": "Berkas",
    "Further reading": "Bacaan lanjutan",
    "Holder": "Pemegang data",
    "Kind": "Jenis",
    "Licence": "Lisensi",
    "Loaded in": "Dimuat di",
    "Locator": "Letak",
    "Meaning": "Arti",
    "Mentioned in": "Disebut di",
    "Methods": "Metode",
    "Missing": "Bila kosong",
    "Modules": "Modul",
    "No figure yet.": "Belum ada gambar.",
    "No measurement yet.": "Belum ada pengukuran.",
    "No result yet": "Belum ada hasil",
    "No table yet.": "Belum ada tabel.",
    "Notebook": "Notebook",
    "Notebooks": "Notebook",
    "Outlet": "Media",
    "Outcome": "Hasil yang diukur",
    "Place": "Tempat",
    "Producer": "Penghasil data",
    "Question": "Pertanyaan",
    "Reference": "Rujukan",
    "Result": "Hasil",
    "Result file": "Berkas hasil",
    "Rows": "Baris",
    "Runs the programme": "Menjalankan program",
    "Says": "Isi",
    "Smallest effect worth claiming": "Efek terkecil yang layak diklaim",
    "Source": "Sumber",
    "Sources": "Sumber",
    "Table": "Tabel",
    "Tables": "Tabel",
    "The bibliography": "Daftar pustaka",
    "Type": "Tipe",
    "Unit": "Satuan",
    "Validity": "Kesahihan",
    "Value": "Nilai",
    "Verdict": "Putusan",
    "What is claimed": "Apa yang diklaim",
    "What this cannot tell us": "Apa yang tidak dapat dijawab",
    "What would have to be true": "Apa yang harus benar",
    "What would change the verdict": "Apa yang akan mengubah putusan",
    "Where": "Di mana",
    "Why": "Alasan",
    "Why this verdict": "Alasan putusan",
    "not mentioned yet": "belum disebut",
    "not loaded yet": "belum dimuat",
    "supported": "didukung",
    "ruled out": "tidak mencapai batas",
    "inconclusive": "belum pasti",
    "cannot tell": "tidak dapat dinilai",
    "count": "jumlah",
    "cause": "sebab-akibat",
    "comparison": "perbandingan",
    "origin": "asal-usul",
    "effectiveness": "keefektifan",
    "selection": "seleksi",
    "never": "tidak pernah",
    "string": "teks",
    "integer": "bilangan bulat",
    "number": "bilangan",
    "date": "tanggal",
    "boolean": "ya atau tidak",
    "Bias": "Bias",
    "Check": "Pemeriksaan",
    "Coverage": "Cakupan",
    "Estimator": "Penaksir",
    "Fails": "Gagal",
    "False positives": "Positif palsu",
    "Fault of the data": "Cacat data",
    "Library": "Pustaka",
    "Memory, MB": "Memori, MB",
    "Bands": "Pita",
    "Order of rows": "Urutan baris",
    "Repetitions": "Pengulangan",
    "Replications": "Ulangan",
    "Seconds, median": "Detik, median",
    "Task": "Tugas",
    "Title": "Judul",
    "Times ours": "Kali waktu kami",
    "True effect": "Efek sebenarnya",
    "Version": "Versi",
    "Supported": "Didukung",
    "Ruled out": "Tidak mencapai batas",
    "Inconclusive": "Belum pasti",
    "Cannot tell": "Tidak dapat dinilai",
    "none": "tidak ada",
    "overdispersion": "dispersi berlebih",
    "autocorrelation": "autokorelasi",
    "short series": "deret pendek",
    "short, autocorrelated": "pendek, berautokorelasi",
    "few donors": "sedikit donor",
    "worst-first placement": "terparah didahulukan",
    "unequal noise": "derau tidak setara",
    "unequal noise between cohorts": "derau tidak setara antarkohor",
    "launch dated two periods late": "peluncuran tercatat terlambat dua periode",
    "launch after the worst week": "peluncuran sesudah pekan terparah",
    "launch after the worst week, autocorrelated": "peluncuran sesudah pekan terparah, berautokorelasi",
    "planted trend": "tren yang ditanam",
    "ten units a cohort": "sepuluh unit per kohor",
    "five units a cohort": "lima unit per kohor",
    "three units a cohort": "tiga unit per kohor",
    "dates one period late": "tanggal terlambat satu periode",
    "five never-treated units": "lima unit yang tidak pernah diberi perlakuan",
    "places differ in their change": "perubahan antartempat berbeda",
    "few events": "sedikit kejadian",
    "few places": "sedikit tempat",
    "a group of eight": "kelompok delapan tempat",
    "very few places": "sangat sedikit tempat",
    "baseline taken after half of the work": "data awal diambil setelah separuh pekerjaan",
    "eight treated units": "delapan unit perlakuan",
    "four treated units": "empat unit perlakuan",
    "three treated units": "tiga unit perlakuan",
    "counts end before the midpoint": "hitungan berhenti sebelum titik tengah",
    "counts reach the ceiling": "hitungan mencapai batas atas",
    "prior off by two standard deviations": "prior meleset dua simpangan baku",
    "neighbours alike in dose and outcome": "tetangga serupa dalam dosis dan hasil",
    "starts known to four weeks only": "awal hanya diketahui sampai empat pekan",
    "treated unit counted anew": "unit perlakuan dihitung ulang",
    "one place fell by itself": "satu tempat turun dengan sendirinya",
    "Validity of event studies": "Kesahihan studi peristiwa",
    "Validity of donor weights, series and checks": "Kesahihan bobot donor, deret, dan pemeriksaan",
    "Validity of counts, scores and curves": "Kesahihan hitungan, skor, dan kurva",
    "Validity of growth, doses and start weeks": "Kesahihan pertumbuhan, dosis, dan pekan awal",
    "Validity of specification curves and further checks": "Kesahihan kurva spesifikasi dan pemeriksaan lain",
    "Validity of the verdict rule": "Kesahihan aturan putusan",
    "Time and memory of event studies": "Waktu dan memori studi peristiwa",
    "Streaming from a file": "Membaca bertahap dari berkas",
    "Time of donor weights": "Waktu bobot donor",
    "Power studies": "Studi daya",
    "Kind of village": "Jenis desa",
    "Villages": "Desa",
    "Finds an effect": "Menemukan efek",
    "Smallest effect found": "Efek terkecil yang ditemukan",
    "calm villages": "desa tenang",
    "main villages": "desa utama",
    "noisy villages": "desa berderau",
    "1,559 sites, by lot inside districts": "1.559 lokasi, menurut undian di dalam kabupaten dan kota",
    "1,559 sites, worst first, six slow waves": "1.559 lokasi, terparah didahulukan, enam gelombang lambat",
    "1,559 sites, worst first, three quick waves": "1.559 lokasi, terparah didahulukan, tiga gelombang cepat",
    "four fifths of the villages, by lot inside districts": "empat perlima desa, menurut undian di dalam kabupaten "
    "dan kota",
    "Quantity": "Besaran",
    "Checks failed of those run": "Pemeriksaan yang gagal dari yang dijalankan",
    "Maryland level": "Tingkat pada skala Maryland",
    "Effect": "Efek",
    "Mechanism": "Mekanisme",
    "Moderators": "Moderator",
    "Implementation": "Pelaksanaan",
    "Economics": "Biaya",
    "Cross-checks": "Pemeriksaan silang",
    "Tables against each other": "Tabel dibandingkan dengan tabel lain",
    "Findings of the rules over the corpus": "Temuan aturan atas korpus",
    "Pair of sources": "Pasangan sumber",
    "Compared": "Dibandingkan",
    "Different": "Berbeda",
    "Largest difference, %": "Selisih terbesar, %",
    "Until": "Sampai",
    "First": "Pertama",
    "Second": "Kedua",
    "Difference": "Selisih",
    "Note": "Catatan",
    "Rule": "Aturan",
    "Finding": "Temuan",
}
"""Fixed words of the generated pages with their Indonesian; :func:`word` refuses any other."""

SPECIAL = re.compile(r"([\\`*_\[\]<>$|{}#~])")


def word(text: str) -> str:
    """A fixed word, unchanged; ValueError when it has no Indonesian yet."""
    if text not in WORDS:
        raise ValueError(f"{text!r} has no Indonesian; add it to WORDS in {__name__}")
    return text


def plain(value) -> str:
    """A value as Markdown that means nothing but itself, on one line; missing becomes a dash."""
    text = "" if value is None or value != value else str(value)
    text = SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return text or "–"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A pipe table; cells are Markdown on one line, headers fixed words."""
    lines = [f"| {' | '.join(word(h) for h in headers)} |", f"|{' --- |' * len(headers)}"]
    lines += [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join(lines)


def definitions(entries: Iterable[tuple[str, str]]) -> str:
    """A definition list; entries without content are left out."""
    return "\n\n".join(f"{word(term)}\n: {content}" for term, content in entries if content)


def cell_link(notebook: Notebook, cell: Cell) -> str:
    """Link to a cell of a notebook page."""
    return f"{{local}}`{notebook.number}.{cell.number} <notebooks/{notebook.name}#{cell.id}>`"


def cell_links(found: Iterable[tuple[Notebook, Cell]], empty: str = "not mentioned yet") -> str:
    """Links to cells, grouped as they come; `empty` where there is none."""
    return ", ".join(cell_link(n, c) for n, c in found) or word(empty)
