# Writes OUTPUT, a C++ source that holds the bytes of each of FILES (relative to ROOT) and the definition of
# FUNCTION, which HEADER declares:  std::span<const cnisim::document::EmbeddedFile> FUNCTION();

set(body "")
set(table "")
set(index 0)
foreach(file IN LISTS FILES)
  file(READ ${ROOT}/${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND body "const unsigned char kFile${index}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${file}\", {reinterpret_cast<const char*>(kFile${index}), ${size}}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace {

${body}
const cnisim::document::EmbeddedFile kFiles[] = {
${table}};

}  // namespace

std::span<const cnisim::document::EmbeddedFile> ${FUNCTION}() { return kFiles; }
")
