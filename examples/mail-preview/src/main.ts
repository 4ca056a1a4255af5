import { previewServer } from "./preview.ts";

const { PORT = "3100", PRODUCT_NAME = "Latchkey" } = process.env;
const server = await previewServer(PRODUCT_NAME);
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`The mails are at http://127.0.0.1:${PORT}/`);
});
